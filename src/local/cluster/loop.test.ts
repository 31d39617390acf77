import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../core/fake-clock.ts';
import { silent } from '../../core/log.ts';
import { KubeError } from '../../kube/client.ts';
import { type Handler, Loop } from './loop.ts';

function loopOf(handle: Handler, parallel = 8) {
  const clock = new FakeClock();
  return { clock, loop: new Loop({ name: 'test', handle, log: silent, clock, parallel }) };
}

describe('loop', () => {
  it('handles a key once for many rings', async () => {
    const seen: string[] = [];
    const { loop, clock } = loopOf(async (key) => void seen.push(key));
    for (const key of ['a', 'a', 'b', 'a']) loop.ring(key);
    await clock.advance(0);
    expect(seen).toEqual(['a', 'b']);
  });

  it('handles a key again, and not at the same time, when it is rung meanwhile', async () => {
    const gates: (() => void)[] = [];
    const { loop, clock } = loopOf(() => new Promise((resolve) => gates.push(() => resolve(undefined))));
    loop.ring('a');
    await clock.advance(0);
    loop.ring('a');
    await clock.advance(0);
    expect(gates).toHaveLength(1);
    gates[0]?.();
    await clock.advance(0);
    expect(gates).toHaveLength(2);
  });

  it('runs no more at once than it may', async () => {
    let running = 0;
    const { loop, clock } = loopOf(() => {
      running += 1;
      return new Promise(() => {});
    }, 2);
    for (const key of ['a', 'b', 'c']) loop.ring(key);
    await clock.advance(0);
    expect(running).toBe(2);
  });

  it('looks again when the handler asks, at the earliest of several times', async () => {
    const seen: number[] = [];
    const { loop, clock } = loopOf(async () => void seen.push(clock.now()));
    loop.ringAfter('a', 500);
    loop.ringAfter('a', 200);
    loop.ringAfter('a', 900);
    await clock.advance(1000);
    expect(seen).toEqual([200]);
  });

  it.each([
    ['an error', new Error('down'), [0, 20, 60, 140]],
    ['a conflict', new KubeError(409, 'Conflict', 'modified'), [0, 20, 60, 140]],
  ])('tries again after %s, later each time', async (_case, error, times) => {
    const seen: number[] = [];
    const { loop, clock } = loopOf(async () => {
      seen.push(clock.now());
      throw error;
    });
    loop.ring('a');
    await clock.advance(150);
    expect(seen).toEqual(times);
  });

  it('waits at most half a second after a conflict, since the newer object is on its way', async () => {
    let count = 0;
    const { loop, clock } = loopOf(async () => {
      count += 1;
      throw new KubeError(409, 'Conflict', 'modified');
    });
    loop.ring('a');
    await clock.advance(10_000);
    expect(count).toBeGreaterThan(20);
  });

  it('takes nothing more once closed, and leaves no timer', async () => {
    const seen: string[] = [];
    const { loop, clock } = loopOf(async (key) => void seen.push(key));
    loop.ringAfter('a', 10);
    await loop.close();
    loop.ring('b');
    await clock.advance(100);
    expect([seen, clock.pending]).toEqual([[], 0]);
  });
});
