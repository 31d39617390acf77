import { describe, expect, it } from 'vitest';
import { FakeClock } from '../core/fake-clock.ts';
import { Gate, Limiter } from './limiter.ts';

describe('the rate limit', () => {
  /** Times at which `count` requests, all wanted at once, may go. */
  async function times(limiter: Limiter, clock: FakeClock, count: number): Promise<number[]> {
    const went: number[] = [];
    for (let i = 0; i < count; i++) void limiter.take().then(() => went.push(Math.round(clock.now())));
    await clock.advance(10_000);
    return went;
  }
  it('lets a burst go at once and the rest at its rate', async () => {
    const clock = new FakeClock();
    expect(await times(new Limiter({ qps: 10, burst: 3, clock }), clock, 6)).toEqual([0, 0, 0, 100, 200, 300]);
  });
  it('fills up to its burst in quiet times, not further', async () => {
    const clock = new FakeClock();
    const limiter = new Limiter({ qps: 10, burst: 2, clock });
    await times(limiter, clock, 5);
    expect(await times(limiter, clock, 3)).toEqual([10_000, 10_000, 10_100]);
  });
  it('gives back the turn of one who no longer wants it', async () => {
    const clock = new FakeClock();
    const limiter = new Limiter({ qps: 10, burst: 1, clock });
    await limiter.take();
    const leaving = new AbortController();
    const left = limiter.take(leaving.signal).catch((error: Error) => error.message);
    leaving.abort(new Error('left'));
    expect(await left).toBe('left');
    expect(await times(limiter, clock, 1)).toEqual([100]);
  });
});

describe('the gate', () => {
  it('lets as many through at once as it has places, in order, whether they succeed or fail', async () => {
    const gate = new Gate(2);
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const all = [0, 1, 2, 3].map((n) =>
      gate.run(async () => {
        begun.push(n);
        await new Promise<void>((resolve, reject) => ends.push(n === 0 ? () => reject(new Error('no')) : resolve));
      }),
    );
    const failed = expect(all[0]).rejects.toThrow('no');
    await Promise.resolve();
    expect(begun).toEqual([0, 1]);
    ends[0]?.();
    await failed;
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun).toEqual([0, 1, 2]);
    ends[1]?.();
    ends[2]?.();
    await new Promise((resolve) => setImmediate(resolve));
    ends[3]?.();
    await Promise.all(all.slice(1));
    expect(begun).toEqual([0, 1, 2, 3]);
  });
});
