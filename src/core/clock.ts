/** Time as an argument: what waits or measures takes a clock, so that its tests need not sleep. */
export interface Clock {
  /** Milliseconds; only differences between two readings mean something. */
  now(): number;
  /** Calls once after `ms`; the returned function cancels and may be called at any time. */
  after(ms: number, call: () => void): () => void;
}

/** Longest delay that the platform's timers hold; longer ones would fire at once. */
const longest = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, Math.min(Math.max(0, ms), longest));
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms`; rejects with the signal's reason when that comes first. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const abort = () => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    signal?.addEventListener('abort', abort, { once: true });
  });
}
