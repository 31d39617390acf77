import { type Clock, systemClock } from '../core/clock.ts';
import type { Key } from '../core/key.ts';
import type { Trigger } from './trigger.ts';

type Options = Readonly<{
  id: string;
  /** Milliseconds between two rings of one key. */
  intervalMs: number;
  /** The objects as they are at that moment. */
  keys: () => Iterable<Key>;
  clock?: Clock;
  /** 0 to 1: where in the interval a key's ring falls; by default random once for each ring. */
  random?: () => number;
}>;

/**
 * Rings every object once in each interval, spread over it: a thousand objects are not looked at in one moment. The first
 * rings come within the first interval.
 */
export function intervalTrigger({ id, intervalMs, keys, clock = systemClock, random = Math.random }: Options): Trigger {
  return {
    id,
    run: (ring, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const timers = new Set<() => void>();
        const later = (ms: number, call: () => void): void => {
          const cancel = clock.after(ms, () => {
            timers.delete(cancel);
            call();
          });
          timers.add(cancel);
        };
        const round = (): void => {
          for (const key of keys()) later(random() * intervalMs, () => ring(key));
          later(intervalMs, round);
        };
        signal.addEventListener(
          'abort',
          () => {
            for (const cancel of timers) cancel();
            resolve();
          },
          { once: true },
        );
        round();
      }),
  };
}
