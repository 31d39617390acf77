import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectWithin } from '../../test/support/promise.ts';
import type { Controller } from './controller.ts';
import type { Asked } from './proxy.ts';
import { Stage } from './stage.ts';
import { seconds, table } from './table.ts';

/** Of the Lease, as the controller makes it. */
const leaseMs = 15_000;
const runs = 'the controller runs';

describe('two replicas', { timeout: 120_000 }, () => {
  const rows: string[][] = [];
  const all: Controller[] = [];
  let stage: Stage;
  let leader: Controller;
  let standby: Controller;

  const replica = async () => {
    const controller = await stage.startController();
    all.push(controller);
    return controller;
  };

  beforeAll(async () => {
    stage = await Stage.open(20);
    leader = await replica();
    await leader.says(runs);
    standby = await replica();
    await stage.converged();
  }, 120_000);

  afterAll(async () => {
    for (const controller of all) await controller.end('SIGKILL');
    await stage?.close();
    table(['the leader is', 'the next leads after', 'promised'], rows);
  }, 60_000);

  /** In mid fan-out something happens to the leader; gives the time until the other leads. */
  const handOver = async (happens: () => void | Promise<void>): Promise<number> => {
    await stage.change();
    await stage.jobsReach(3);
    const began = performance.now();
    await Promise.all([happens(), standby.says(runs)]);
    return performance.now() - began;
  };

  /** What must be so afterwards; the two change their parts. */
  const settled = async (what: string, tookMs: number, promisedMs: number) => {
    rows.push([what, seconds(tookMs), `≤ ${seconds(promisedMs)}`]);
    await stage.converged();
    expect(await stage.account()).toEqual(stage.inOrder);
    const [last, first] = [lastWrite(leader), firstWrite(standby)];
    expect(last.at, `only one ever acts: ${last.method} ${last.path} came after`).toBeLessThan(first.at);
    expectWithin(`the leader is ${what}`, tookMs, promisedMs);
    leader = standby;
    standby = await replica();
  };

  it.each([1, 2])('SIGTERM: the other leads within two seconds (%i)', async () => {
    const tookMs = await handOver(() => leader.end('SIGTERM'));
    await settled('stopped (SIGTERM)', tookMs, 2_000);
  });

  it('kill -9: the other leads within the duration of the lease', async () => {
    const tookMs = await handOver(() => leader.end('SIGKILL'));
    await settled('killed (SIGKILL)', tookMs, leaseMs);
  });

  it('SIGSTOP for longer than the lease lasts: one that wakes up writes nothing', async () => {
    const old = leader;
    const tookMs = await handOver(() => old.signal('SIGSTOP'));
    old.signal('SIGCONT');
    await old.says('lease lost');
    await old.says('no longer the leader');
    await settled('asleep (SIGSTOP)', tookMs, leaseMs);
    expect(old.ended).toBe(false);
  });
});

/** What it wrote last, and first, but for the lease. */
function lastWrite({ proxy }: Controller) {
  return proxy.asked.findLast(isWork) ?? { method: 'nothing', path: '', at: 0 };
}

function firstWrite({ proxy }: Controller) {
  return proxy.asked.find(isWork) ?? { at: Number.POSITIVE_INFINITY };
}

function isWork({ write, path }: Asked): boolean {
  return write && !path.includes('/leases');
}
