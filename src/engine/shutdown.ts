import { type Clock, systemClock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { type LoopOptions, runLoop } from './loop.ts';

export type StoppableOptions = Omit<LoopOptions, 'signal'> &
  Readonly<{
    /** Stops the loop. */
    signal: AbortSignal;
    /** Milliseconds that running passes get to end by themselves before their own signal aborts. */
    graceMs: number;
    /** Aborts them at once: what they would do is another's to do. */
    lost?: AbortSignal | undefined;
    clock?: Clock;
  }>;

/** Milliseconds after the grace within which an aborted pass must end; then it is left behind and named in the log. */
const afterGraceMs = 1000;

/**
 * The loop, until the signal: then nothing more is taken, what runs may end within the grace, is told to end after it,
 * and is left to itself if it does not. Resolves when the loop is over; never rejects.
 */
export async function runUntil(options: StoppableOptions): Promise<void> {
  const { queue, signal, graceMs, lost, log, clock = systemClock } = options;
  const hurry = new AbortController();
  const given = Promise.withResolvers<void>();
  let cancelTimer = () => {};
  const stop = () => {
    void queue.close();
    cancelTimer = clock.after(graceMs, () => {
      hurry.abort(new Error('shutting down'));
      cancelTimer = clock.after(afterGraceMs, () => leaveBehind(queue.running, log, given.resolve));
    });
  };
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  await Promise.race([
    runLoop({ ...options, signal: lost ? AbortSignal.any([hurry.signal, lost]) : hurry.signal }),
    given.promise,
  ]);
  cancelTimer();
  signal.removeEventListener('abort', stop);
}

function leaveBehind(running: number, log: Log, resolve: () => void): void {
  log.warn({ running }, 'passes did not end in time and are left behind');
  resolve();
}
