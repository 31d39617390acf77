import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Controller } from './controller.ts';
import { faults } from './faults.ts';
import type { Asked } from './proxy.ts';
import { Stage } from './stage.ts';
import { seconds, table } from './table.ts';

/** How long a fault lasts that does not end by itself, in ms: longer than the fan-out that it falls into. */
const lastsMs = 2_000;
const kills = 20;

/** Lets creates of Jobs pass one after the other, so that a kill falls between two of them on a fast machine, too. */
function spread({ proxy }: Controller): void {
  let creates = 0;
  proxy.fate = ({ method, path }) => {
    if (method !== 'POST' || !/\/jobs(\?|$)/.test(path)) return 'passes';
    creates += 1;
    return { lateMs: 50 * creates };
  };
}

describe('a change of every Service has exactly one Job and one revision', { timeout: 120_000 }, () => {
  const rows: string[][] = [];
  let stage: Stage;
  let controller: Controller;

  beforeAll(async () => {
    stage = await Stage.open(20);
    controller = await stage.startController('--no-leader-election');
    await controller.says('the controller runs');
    await stage.converged();
  }, 120_000);

  afterAll(async () => {
    await controller?.end();
    await stage?.close();
    table(['fault', 'Services', 'lost', 'doubled', 'fan-out took', 'after the fault'], rows);
  }, 60_000);

  const checked = async (name: string, began: number, over: number) => {
    await stage.converged();
    const account = await stage.account();
    const numbers = [account.services, account.lost, account.doubled].map(String);
    rows.push([name, ...numbers, seconds(performance.now() - began), seconds(performance.now() - over)]);
    expect(account).toEqual(stage.inOrder);
  };

  it.each(faults)('under: $name', async ({ name, begin, lists }) => {
    const began = performance.now();
    const isList = ({ path, at }: Asked) => at >= began && /^\/apis\/alustan.io\/\w+\/services\?limit=/.test(path);
    const end = begin(controller.proxy, stage);
    await Promise.all([stage.change(), wait(name === faults[0]?.name ? 0 : lastsMs).then(end)]);
    await checked(name, began, performance.now());
    expect(controller.ended).toBe(false);
    if (lists !== undefined) expect(controller.proxy.asked.some(isList)).toBe(lists);
  });

  it('under two controllers that both act, as if there were no lease', async () => {
    const second = await stage.startController('--no-leader-election');
    try {
      await second.says('the controller runs');
      const began = performance.now();
      // The first is warm, and would be through before the second has begun.
      spread(controller);
      await stage.change();
      await checked('two controllers act at once', began, began);
      const wrote = second.proxy.asked.some(({ write, path }) => write && path.includes('/jobs'));
      expect(wrote, 'the second one has created Jobs too').toBe(true);
    } finally {
      controller.proxy.fate = () => 'passes';
      await second.end();
    }
  });

  it(`under ${kills} times kill -9 of the controller in mid fan-out`, { timeout: 600_000 }, async () => {
    const began = performance.now();
    const wholes: number[] = [];
    for (let kill = 0; kill < kills; kill++) {
      // Now with Jobs that are not complete, now with Jobs that end at once; sooner and later.
      const hold = Promise.withResolvers<void>();
      stage.helm.hold = kill % 2 === 0 ? hold.promise : undefined;
      spread(controller);
      await stage.change();
      await stage.jobsReach(1 + ((kill * 7) % 14));
      await controller.end('SIGKILL');
      if (stage.jobs === stage.names.length) wholes.push(kill);
      hold.resolve();
      controller = await stage.startController('--no-leader-election');
      await stage.converged();
      expect(await stage.account(), `kill ${kill}`).toEqual(stage.inOrder);
    }
    rows.push([`${kills} × kill -9`, '20', '0', '0', seconds(performance.now() - began), '']);
    expect(wholes.length, 'kills that came after the last Job').toBeLessThan(kills / 2);
  });
});
