import { parseTerraform, type TerraformObject } from '../api/terraform-object.ts';
import type { TerraformReport } from '../api/terraform-status.ts';
import { intervalOr } from '../core/duration.ts';
import { formatKey, keyOf } from '../core/key.ts';
import { maxAgeOf } from '../core/reconcile-now.ts';
import type { TerraformFacts } from '../plan/terraform/facts.ts';
import { lastImage } from '../plan/terraform/image.ts';
import { planTerraform } from '../plan/terraform/plan.ts';
import { imageFacts } from './images.ts';
import type { KindController } from './reconciler.ts';
import { GivenSecrets } from './terraform/env-secrets.ts';
import { type GatherTools, gatherTerraform } from './terraform/gather.ts';
import type { Tools } from './tools.ts';
import { namespaceTopic } from './topics.ts';

/** Wires Terraform: what it reads, who plans, what rings it. */
export function terraformController(tools: Tools): KindController<TerraformObject, TerraformFacts, TerraformReport> {
  const { client, caches, sources, settings, installationKey, watches, topics, accounts, credentials } = tools;
  const { images, polls } = sources;
  const interval = (spec: unknown) =>
    intervalOr((spec as { interval?: string } | undefined)?.interval, tools.infraIntervalMs);
  const given = new GivenSecrets();
  const gathering: GatherTools = {
    client,
    caches,
    settings,
    installationKey,
    watches,
    given,
    ensureAccount: (looker) => accounts.ensure(looker),
    looking: (terraform) => topics.set(keyOf(terraform), [namespaceTopic(terraform.metadata.namespace)]),
    images: (terraform, looker, signal) => {
      const { containerRegistry: registry, approval } = terraform.spec;
      const request = { registry, last: lastImage(terraform), pinned: approval === 'manual' };
      const key = keyOf(terraform);
      const intervalMs = interval(terraform.spec);
      return imageFacts(
        { images, polls, credentials },
        { ...request, key, intervalMs, maxAgeMs: maxAgeOf(terraform, intervalMs) },
        looker,
        signal,
      );
    },
  };
  return {
    find: (key) => caches.terraforms.get(key),
    wrote: (object) => caches.terraforms.witness(object),
    parse: parseTerraform,
    gather: (terraform, signal) => gatherTerraform(gathering, terraform, signal),
    looked: ({ noAccount }) => noAccount === undefined,
    plan: planTerraform,
    intervalMs: (object) => interval(object['spec']),
    forget: (key) => {
      polls.forget(key);
      topics.forget(key);
      watches.forget(key);
      given.forget(formatKey(key));
    },
  };
}
