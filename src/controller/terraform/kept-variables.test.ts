import { expect, it } from 'vitest';
import { keptSecret } from '../../apply/terraform-job.ts';
import type { JobRequest } from '../../core/plan.ts';
import type { KubeObject } from '../../core/resource.ts';
import type { TerraformRun } from '../../core/terraform-run.ts';
import { KubeError } from '../../kube/client.ts';
import { keptName } from '../../plan/terraform/kept.ts';
import { keptVariables } from './kept-variables.ts';

const { signal } = new AbortController();
const metadata = { namespace: 'shop', name: 'db', uid: 'u1', creationTimestamp: 'T' };

function secretOf(hash: string, variables: Record<string, string>): KubeObject {
  const keep = { secret: keptName({ metadata }, hash), sensitive: ['hunter2'] };
  const run = { type: 'terraform', variables, variablesHash: hash, keep } as unknown as TerraformRun;
  const owner = { apiVersion: 'alustan.io/v1alpha1', kind: 'Terraform', ...metadata };
  return keptSecret({ owner, namespace: 'shop', run } as unknown as JobRequest, run) as KubeObject;
}

function clientOf(...secrets: (KubeObject | KubeError)[]) {
  const asked: string[] = [];
  const find = async ({ name }: { name: string }) => {
    asked.push(name);
    const found = secrets.find((secret) => secret instanceof KubeError || secret.metadata.name === name);
    if (found instanceof KubeError) throw found;
    return found;
  };
  return { client: { find }, asked };
}

it('E27 reads what was kept, as it was, each once; what is gone is left out', async () => {
  const variables = { A: 'line\n"ü"', 'B.c-d': '' };
  const { client, asked } = clientOf(secretOf('h1', variables));
  const kept = await keptVariables(client, { metadata }, ['h1', 'h2', undefined, 'h1'], signal);
  expect(kept).toEqual({ h1: { variables, sensitive: ['hunter2'] } });
  expect(asked).toEqual([keptName({ metadata }, 'h1'), keptName({ metadata }, 'h2')]);
});

it('E27 takes no Secret for it that keeps something else', async () => {
  const { annotations: _, ...bare } = secretOf('h1', {}).metadata;
  const { client } = clientOf({ ...secretOf('h1', {}), metadata: bare });
  expect(await keptVariables(client, { metadata }, ['h1'], signal)).toEqual({
    h1: { problem: 'is not the one that was written' },
  });
});

it('E27 nor one in which somebody has written: a deletion is blocked by name, and is no fault of the controller', async () => {
  for (const sensitive of ['no JSON', '{}', '[1]']) {
    const secret = secretOf('h1', { A: 'a' });
    const data = { ...(secret['data'] as object), ALUSTAN_SENSITIVE: Buffer.from(sensitive).toString('base64') };
    expect(await keptVariables(clientOf({ ...secret, data }).client, { metadata }, ['h1'], signal)).toEqual({
      h1: { problem: 'is not the one that was written' },
    });
  }
});

it('that its account may not read it is a fact; a server that does not answer is waited for', async () => {
  const forbidden = clientOf(new KubeError(403, 'Forbidden', 'secrets is forbidden')).client;
  expect(await keptVariables(forbidden, { metadata }, ['h1'], signal)).toEqual({
    h1: { problem: 'cannot be read (secrets is forbidden)' },
  });
  const down = clientOf(new KubeError(503, 'ServiceUnavailable', 'down')).client;
  await expect(keptVariables(down, { metadata }, ['h1'], signal)).rejects.toThrow('down');
});

it('a name that is too long for a Secret is cut, and two objects never share one', () => {
  const name = 'x'.repeat(253);
  const long = keptName({ metadata: { ...metadata, name } }, 'h1');
  expect(long.length).toBeLessThanOrEqual(253);
  const others = [keptName({ metadata: { ...metadata, name: `${'x'.repeat(252)}y` } }, 'h1')];
  others.push(keptName({ metadata: { ...metadata, name, uid: 'u2' } }, 'h1'));
  others.push(keptName({ metadata: { ...metadata, name } }, 'h2'));
  expect(others).not.toContain(long);
});
