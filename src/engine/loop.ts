import { formatKey, type Key } from '../core/key.ts';
import type { Log } from '../core/log.ts';
import type { WorkQueue } from './queue.ts';

/**
 * `retry`: again after the key's growing back-off, or after `retryAfterMs` where a server named it. Otherwise the
 * back-off starts anew, and the key runs again when it is rung or after `requeueAfterMs`.
 */
export type Verdict =
  | Readonly<{ retry?: false; requeueAfterMs?: number }>
  | Readonly<{ retry: true; retryAfterMs?: number }>;

export type LoopOptions = Readonly<{
  queue: WorkQueue;
  /** Level-based: brings the object to where it should be, from whatever is there. The signal aborts when time is up. */
  reconcile(key: Key, signal: AbortSignal): Promise<Verdict>;
  /** Keys worked on at once. */
  workers: number;
  log: Log;
  signal: AbortSignal;
}>;

/** The only loop of the product. Resolves when the queue is closed and all workers have ended. */
export async function runLoop(options: LoopOptions): Promise<void> {
  await Promise.all(Array.from({ length: options.workers }, () => work(options)));
}

async function work(options: LoopOptions): Promise<void> {
  const { queue } = options;
  for (let key = await queue.take(); key !== undefined; key = await queue.take()) {
    const verdict = await judged(key, options);
    if (verdict.retry) queue.retry(key, verdict.retryAfterMs);
    else {
      queue.forget(key);
      if (verdict.requeueAfterMs !== undefined) queue.addAfter(key, verdict.requeueAfterMs);
    }
    queue.done(key);
  }
}

/** A fault in one object's pass must not end the loop, nor be retried hot. */
async function judged(key: Key, { reconcile, log, signal }: LoopOptions): Promise<Verdict> {
  try {
    return await reconcile(key, signal);
  } catch (error) {
    if (signal.aborted) return {};
    log.error({ object: formatKey(key), err: error }, 'reconcile failed');
    return { retry: true };
  }
}
