import { describe, expect, it } from 'vitest';
import { FakeClock } from '../core/fake-clock.ts';
import type { Key } from '../core/key.ts';
import { WorkQueue } from './queue.ts';

const key = (name: string): Key => ({ kind: 'Service', namespace: 'shop', name });
const [a, b, c] = [key('a'), key('b'), key('c')];

function setUp() {
  const clock = new FakeClock();
  // random 0.5 makes every jitter vanish.
  const queue = new WorkQueue({ clock, random: () => 0.5, retryMinMs: 100, retryMaxMs: 1000 });
  const names = async (count: number) => {
    const taken: (string | undefined)[] = [];
    for (let i = 0; i < count; i++) taken.push((await queue.take())?.name);
    return taken;
  };
  return { clock, queue, names };
}

/** Keys that could be taken at this moment. */
async function ready(queue: WorkQueue, clock: FakeClock, ms = 0): Promise<number> {
  await clock.advance(ms);
  return queue.length;
}

describe('ringing', () => {
  it('a key rung many times runs once', async () => {
    const { queue } = setUp();
    for (let i = 0; i < 5; i++) queue.add({ ...a });
    expect(queue.length).toBe(1);
  });
  it('keys run in the order in which they were rung', async () => {
    const { queue, names } = setUp();
    for (const each of [b, a, c, a]) queue.add(each);
    expect(await names(3)).toEqual(['b', 'a', 'c']);
  });
  it('wakes a worker that waits', async () => {
    const { queue } = setUp();
    const taken = queue.take();
    queue.add(a);
    expect(await taken).toEqual(a);
  });
  it('a key rung while it runs runs once more, and not before it is done', async () => {
    const { queue } = setUp();
    queue.add(a);
    await queue.take();
    queue.add(a);
    queue.add(a);
    expect(queue.length).toBe(0);
    queue.done(a);
    expect(queue.length).toBe(1);
    await queue.take();
    queue.done(a);
    expect(queue.length).toBe(0);
  });
  it('a key that never stops ringing gives way to the others', async () => {
    const { queue, names } = setUp();
    for (const each of [a, b, c]) queue.add(each);
    const order: (string | undefined)[] = [];
    for (let i = 0; i < 3; i++) {
      const [name] = await names(1);
      order.push(name);
      queue.add(a);
      queue.done(key(name ?? ''));
    }
    expect(order).toEqual(['a', 'b', 'c']);
  });
  it('10,000 keys keep their order', async () => {
    const { queue } = setUp();
    const all = Array.from({ length: 10_000 }, (_, i) => key(String(i)));
    for (const each of all) queue.add(each);
    for (const each of all) {
      expect(await queue.take()).toEqual(each);
      queue.done(each);
    }
  });
});

describe('delays', () => {
  it('rings when the time is up, not before', async () => {
    const { queue, clock } = setUp();
    queue.addAfter(a, 1000);
    expect(await ready(queue, clock, 999)).toBe(0);
    expect(await ready(queue, clock, 1)).toBe(1);
  });
  it.each([
    { first: 1000, second: 300, due: 300 },
    { first: 300, second: 1000, due: 300 },
  ])('of $first and $second ms the earlier counts', async ({ first, second, due }) => {
    const { queue, clock } = setUp();
    queue.addAfter(a, first);
    queue.addAfter(a, second);
    expect(clock.pending).toBe(1);
    expect(await ready(queue, clock, due)).toBe(1);
  });
  it('a ring does not wait for the delay, and the run that it starts ends the delay', async () => {
    const { queue, clock } = setUp();
    queue.addAfter(a, 1000);
    queue.add(a);
    await queue.take();
    queue.done(a);
    expect(clock.pending).toBe(0);
    expect(await ready(queue, clock, 2000)).toBe(0);
  });
  it('a delay that ends while the key runs makes it run once more', async () => {
    const { queue, clock } = setUp();
    queue.add(a);
    await queue.take();
    queue.addAfter(a, 10);
    expect(await ready(queue, clock, 20)).toBe(0);
    queue.done(a);
    expect(queue.length).toBe(1);
  });
});

describe('retries', () => {
  it('come after pauses that double up to the longest, and start anew after forget', async () => {
    const { queue, clock } = setUp();
    const pauses: number[] = [];
    for (let i = 0; i < 6; i++) {
      if (i === 5) queue.forget(a);
      queue.retry(a);
      const before = clock.now();
      while (queue.length === 0) await clock.advance(50);
      pauses.push(clock.now() - before);
      await queue.take();
      queue.done(a);
    }
    expect(pauses).toEqual([100, 200, 400, 800, 1000, 100]);
  });
  it.each([
    { random: 0, pause: 750 },
    { random: 0.999, pause: 1250 },
  ])('are spread by a quarter either way: $pause of 1000 ms', async ({ random, pause }) => {
    const clock = new FakeClock();
    const queue = new WorkQueue({ clock, random: () => random, retryMinMs: 1000 });
    queue.retry(a);
    expect(await ready(queue, clock, pause - 1)).toBe(0);
    expect(await ready(queue, clock, 1)).toBe(1);
  });
  it('wait as long as a server asked for', async () => {
    const { queue, clock } = setUp();
    queue.retry(a, 7000);
    expect(await ready(queue, clock, 6999)).toBe(0);
    expect(await ready(queue, clock, 1)).toBe(1);
  });
  it('do not hold back a ring', () => {
    const { queue } = setUp();
    queue.retry(a);
    queue.add(a);
    expect(queue.length).toBe(1);
  });
});

describe('closing', () => {
  it('gives nothing out, waits for what runs, and leaves no timer', async () => {
    const { queue, clock } = setUp();
    queue.add(a);
    queue.add(b);
    queue.addAfter(c, 1000);
    await queue.take();
    let closed = false;
    const closing = queue.close().then(() => {
      closed = true;
    });
    expect(await queue.take()).toBeUndefined();
    expect(clock.pending).toBe(0);
    expect(closed).toBe(false);
    queue.add(a);
    queue.retry(a);
    queue.done(a);
    await closing;
    expect(queue.length).toBe(0);
    expect(clock.pending).toBe(0);
  });
  it('wakes the workers that wait', async () => {
    const { queue } = setUp();
    const taken = [queue.take(), queue.take()];
    await queue.close();
    expect(await Promise.all(taken)).toEqual([undefined, undefined]);
  });
});
