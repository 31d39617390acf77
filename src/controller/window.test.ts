import { expect, it } from 'vitest';
import { factsOf, objectOf } from '../../test/plan/terraform.ts';
import { parseTerraform, type TerraformObject } from '../api/terraform-object.ts';
import type { TerraformReport } from '../api/terraform-status.ts';
import { FakeClock } from '../core/fake-clock.ts';
import { silent } from '../core/log.ts';
import type { KubeObject } from '../core/resource.ts';
import { deaf } from '../core/telemetry.ts';
import { runLoop } from '../engine/loop.ts';
import { WorkQueue } from '../engine/queue.ts';
import type { TerraformFacts } from '../plan/terraform/facts.ts';
import { planTerraform } from '../plan/terraform/plan.ts';
import { type KindController, Reconciler } from './reconciler.ts';

const key = { kind: 'Terraform', namespace: 'shop', name: 'staging-cluster' };
const window = [{ schedule: '0 22 * * 1-5', duration: '4h', timeZone: 'Europe/Berlin' }];

it('E36 what waits for its window holds no worker, is looked at each hour, and begins at the moment it opens', async () => {
  const clock = new FakeClock();
  const saturday = Date.parse('2026-11-28T02:30:00Z');
  const now = () => new Date(saturday + clock.now());
  const passes: string[] = [];
  const begun: string[] = [];
  let object = objectOf({ spec: { window } }) as KubeObject;
  const write = async (given: KubeObject, status: object) => {
    object = { ...given, status };
    return object;
  };
  const kind: KindController<TerraformObject, TerraformFacts, TerraformReport> = {
    find: () => object,
    wrote: () => {},
    parse: parseTerraform,
    gather: async () => {
      passes.push(now().toISOString());
      return factsOf({});
    },
    plan: planTerraform,
    intervalMs: () => 6 * 3_600_000,
  };
  const reconciler = new Reconciler(kind, {
    writer: { write },
    events: { send: () => {} },
    log: silent,
    telemetry: deaf,
    now,
    carryOut: async (groups) => {
      const runs = groups.flatMap(({ actions }) => actions).filter(({ type }) => type === 'run-job');
      begun.push(...runs.map(() => now().toISOString()));
      return { objects: [] };
    },
  });
  const queue = new WorkQueue({ clock });
  const { signal } = new AbortController();
  const loop = runLoop({
    queue,
    reconcile: (one, end) => reconciler.reconcile(one, end),
    workers: 1,
    log: silent,
    signal,
  });

  queue.add(key);
  await clock.advance(66 * 3_600_000 + 1_799_999);
  expect([begun, queue.running, queue.length]).toEqual([[], 0, 0]);
  expect(passes).toHaveLength(67);
  await clock.advance(1);
  expect(begun).toEqual(['2026-11-30T21:00:00.000Z']);
  await queue.close();
  await loop;
});
