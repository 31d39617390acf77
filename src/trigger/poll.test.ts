import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../core/fake-clock.ts';
import type { Key } from '../core/key.ts';
import { createPoller, type Poller, type Subscription } from './poll.ts';

const key = (name: string): Key => ({ kind: 'Service', namespace: 'shop', name });

describe('the poller', () => {
  let clock: FakeClock;
  let rung: string[];
  let checks: number[];
  let answer: 'changed' | 'unchanged';
  let poller: Poller;
  const want = (name: string, more: Partial<Subscription> = {}): Subscription => ({
    id: 'git x main',
    key: key(name),
    intervalMs: 60_000,
    check: async () => {
      checks.push(clock.now());
      return answer;
    },
    ...more,
  });

  beforeEach(() => {
    clock = new FakeClock();
    rung = [];
    checks = [];
    answer = 'unchanged';
    poller = createPoller(({ name }) => rung.push(name), { clock, random: () => 0 });
    return () => poller.close();
  });

  it('asks once for all that ask the same, and rings none when nothing changed', async () => {
    for (let i = 0; i < 100; i++) poller.subscribe(want(`s${i}`));
    await clock.advance(180_000);
    expect(checks).toEqual([60_000, 120_000, 180_000]);
    expect(rung).toEqual([]);
  });
  it('rings all when something changed', async () => {
    for (const name of ['a', 'b']) poller.subscribe(want(name));
    answer = 'changed';
    await clock.advance(60_000);
    expect(rung).toEqual(['a', 'b']);
  });
  it('asks at the smallest interval, as long as someone wants it', async () => {
    poller.subscribe(want('slow'));
    const leave = poller.subscribe(want('fast', { intervalMs: 10_000 }));
    await clock.advance(20_000);
    expect(checks).toEqual([10_000, 20_000]);
    leave();
    await clock.advance(60_000);
    expect(checks).toEqual([10_000, 20_000, 80_000]);
  });
  it('is not put off by objects that subscribe again and again', async () => {
    for (let second = 0; second < 60; second++) {
      poller.subscribe(want('a'));
      await clock.advance(1000);
    }
    expect(checks).toEqual([60_000]);
  });
  it('keeps a key that subscribed again when the old subscription ends', async () => {
    const leave = poller.subscribe(want('a'));
    poller.subscribe(want('a'));
    leave();
    await clock.advance(60_000);
    expect(checks).toHaveLength(1);
  });
  it('comes early by up to a tenth', async () => {
    const early = createPoller(() => undefined, { clock, random: () => 1 });
    early.subscribe(want('a'));
    await clock.advance(54_000);
    expect(checks).toEqual([54_000]);
    early.close();
  });
  it('asks different things apart', async () => {
    poller.subscribe(want('a'));
    poller.subscribe(want('b', { id: 'git y main' }));
    expect(poller.size).toBe(2);
    await clock.advance(60_000);
    expect(checks).toHaveLength(2);
  });
  it('asks at once when poked, and counts the interval from there', async () => {
    poller.subscribe(want('a'));
    await clock.advance(30_000);
    answer = 'changed';
    poller.poke('git x main');
    poller.poke('git unknown');
    await clock.advance(0);
    expect([checks, rung]).toEqual([[30_000], ['a']]);
    await clock.advance(59_999);
    expect(checks).toHaveLength(1);
    await clock.advance(1);
    expect(checks).toHaveLength(2);
  });
  it('asks once more when poked during a check, which may have looked too early', async () => {
    const answers: ((answer: 'changed' | 'unchanged') => void)[] = [];
    poller.subscribe(want('a', { check: () => new Promise((resolve) => answers.push(resolve)) }));
    for (let i = 0; i < 3; i++) poller.poke('git x main');
    expect(answers).toHaveLength(1);
    answers[0]?.('unchanged');
    await clock.advance(0);
    expect(answers).toHaveLength(2);
    answers[1]?.('changed');
    await clock.advance(0);
    expect(rung).toEqual(['a']);
    expect(answers).toHaveLength(2);
  });
  it('goes on after a check that failed', async () => {
    poller.subscribe(want('a', { check: () => Promise.reject(new Error('down')) }));
    await clock.advance(60_000);
    poller.subscribe(want('a'));
    await clock.advance(60_000);
    expect([checks, rung]).toEqual([[120_000], []]);
  });
  it('leaves nothing behind when all have left, and gives up the check under way', async () => {
    let given: AbortSignal | undefined;
    const leave = poller.subscribe(
      want('a', {
        check: (signal) => {
          given = signal;
          return new Promise(() => undefined);
        },
      }),
    );
    poller.poke('git x main');
    leave();
    leave();
    expect(given?.aborted).toBe(true);
    expect([poller.size, clock.pending]).toEqual([0, 0]);
  });
});
