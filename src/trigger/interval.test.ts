import { describe, expect, it } from 'vitest';
import { FakeClock } from '../core/fake-clock.ts';
import type { Key } from '../core/key.ts';
import { intervalTrigger } from './interval.ts';

const keys = (...names: string[]): Key[] => names.map((name) => ({ kind: 'Service', namespace: 'shop', name }));

describe('E35 the interval', () => {
  it('rings each object once in every interval, spread over it', async () => {
    const clock = new FakeClock();
    const rung: [string, number][] = [];
    const spread = [0.1, 0.9, 0.5, 0.2];
    const stop = new AbortController();
    const options = {
      id: 'resync',
      intervalMs: 1000,
      keys: () => keys('a', 'b'),
      clock,
      random: () => spread.shift() ?? 0,
    };
    const running = intervalTrigger(options).run(({ name }) => rung.push([name, clock.now()]), stop.signal);
    await clock.advance(1999);
    expect(rung).toEqual([
      ['a', 100],
      ['b', 900],
      ['b', 1200],
      ['a', 1500],
    ]);
    stop.abort();
    await running;
    expect(clock.pending).toBe(0);
  });
  it('asks anew which objects there are', async () => {
    const clock = new FakeClock();
    const rung: string[] = [];
    let now = keys('a');
    const stop = new AbortController();
    void intervalTrigger({ id: 'x', intervalMs: 1000, keys: () => now, clock, random: () => 0 }).run(
      ({ name }) => rung.push(name),
      stop.signal,
    );
    await clock.advance(999);
    now = keys('b');
    await clock.advance(1);
    await clock.advance(0);
    stop.abort();
    expect(rung).toEqual(['a', 'b']);
  });
  it('does nothing when it is stopped before it starts', async () => {
    const clock = new FakeClock();
    await intervalTrigger({ id: 'x', intervalMs: 1, keys: () => keys('a'), clock }).run(
      () => undefined,
      AbortSignal.abort(),
    );
    expect(clock.pending).toBe(0);
  });
});
