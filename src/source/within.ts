import { type Clock, systemClock } from '../core/clock.ts';
import type { Failure, Result } from '../core/result.ts';

export type Limit = Readonly<{
  /** Milliseconds; infinite: no limit. */
  ms: number;
  /** What it means when the time is up. */
  late: Failure;
  clock?: Clock;
}>;

/** Gives work up when its time is up, by its signal, and waits for its end no longer. */
export async function within<T>(
  { ms, late, clock = systemClock }: Limit,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result<T>>,
): Promise<Result<T>> {
  if (ms === Number.POSITIVE_INFINITY) return work(signal);
  const over = new AbortController();
  const tooLate = Promise.withResolvers<Result<T>>();
  const cancel = clock.after(ms, () => {
    // First, so that this is what is told, and not what the abort comes to.
    tooLate.resolve({ ok: false, failure: late });
    over.abort(new Error(late.message));
  });
  try {
    return await Promise.race([work(AbortSignal.any([signal, over.signal])), tooLate.promise]);
  } finally {
    cancel();
  }
}
