import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../test/support/seeded-random.ts';
import { FakeClock } from '../core/fake-clock.ts';
import { formatKey, type Key } from '../core/key.ts';
import { silent } from '../core/log.ts';
import { runLoop, type Verdict } from './loop.ts';
import { WorkQueue } from './queue.ts';

type World = {
  readonly clock: FakeClock;
  readonly queue: WorkQueue;
  readonly random: () => number;
  /** By key: the latest time by which a run must have begun, where one is owed. */
  readonly owed: Map<string, number>;
  readonly running: Set<string>;
  runs: number;
  readonly violations: string[];
};

const slowestRunMs = 50;
const keys: Key[] = ['a', 'b', 'c', 'd', 'e', 'noisy'].map((name) => ({ kind: 'Service', namespace: 'shop', name }));

function reconciler(world: World): (key: Key) => Promise<Verdict> {
  const { clock, random, owed, running, violations } = world;
  return async (key) => {
    const name = formatKey(key);
    if (running.has(name)) violations.push(`two runs of ${name} at once`);
    running.add(name);
    world.runs += 1;
    owed.delete(name);
    await new Promise<void>((resolve) => clock.after(random() * slowestRunMs, resolve));
    if (random() < 0.2) world.queue.add(key);
    running.delete(name);
    const dice = random();
    if (dice < 0.1) throw new Error('a fault');
    if (dice < 0.3) return { retry: true };
    return dice < 0.5 ? { requeueAfterMs: random() * 200 } : {};
  };
}

/** Rings one key, and notes by when it must have begun to run: all keys before it may take their turn first. */
function ring({ clock, queue, random, owed }: World): void {
  const key = random() < 0.5 ? (keys.at(-1) as Key) : (keys[Math.floor(random() * keys.length)] as Key);
  const delay = random() < 0.3 ? random() * 300 : 0;
  if (delay === 0) queue.add(key);
  else queue.addAfter(key, delay);
  const name = formatKey(key);
  const due = clock.now() + delay + keys.length * 2 * slowestRunMs;
  owed.set(name, Math.min(due, owed.get(name) ?? Number.POSITIVE_INFINITY));
}

async function play(seed: number, workers: number): Promise<World> {
  const clock = new FakeClock();
  const random = seededRandom(seed);
  const queue = new WorkQueue({ clock, random, retryMinMs: 10, retryMaxMs: 500 });
  const world: World = { clock, queue, random, owed: new Map(), running: new Set(), runs: 0, violations: [] };
  const { signal } = new AbortController();
  const loop = runLoop({ queue, reconcile: reconciler(world), workers, log: silent, signal });
  for (let step = 0; step < 150; step++) {
    ring(world);
    await clock.advance(random() * 40);
    for (const [name, due] of world.owed) if (clock.now() > due) world.violations.push(`${name} was rung and not run`);
  }
  await clock.advance(keys.length * 3 * slowestRunMs + 300);
  for (const name of world.owed.keys()) world.violations.push(`${name} was rung and never run`);
  const closing = queue.close();
  await clock.advance(slowestRunMs);
  await Promise.all([closing, loop]);
  return world;
}

describe('whatever is rung in whatever order', () => {
  it.each(Array.from({ length: 30 }, (_, i) => ({ seed: i + 1, workers: 1 + (i % 4) })))(
    'seed $seed, $workers workers: no key runs twice at once, nothing rung is lost, no timer is left',
    async ({ seed, workers }) => {
      const world = await play(seed, workers);
      expect(world.violations).toEqual([]);
      expect(world.runs).toBeGreaterThan(50);
      expect(world.clock.pending).toBe(0);
    },
  );
});
