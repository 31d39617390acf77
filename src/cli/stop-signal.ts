import type { EventEmitter } from 'node:events';

/**
 * Milliseconds in which a second signal counts as the first one again: Ctrl-C reaches every process of the terminal,
 * and `npm start` sends its own SIGINT on top of it.
 */
const echoMs = 1_000;

/** Aborted by the first SIGINT or SIGTERM. A later one, by somebody who does not want to wait, calls `leave` at once. */
export function stopSignal(
  source: Pick<EventEmitter, 'on'>,
  leave: () => void,
  now: () => number = () => performance.now(),
): AbortSignal {
  const stop = new AbortController();
  let first = 0;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    source.on(name, () => {
      if (stop.signal.aborted && now() - first > echoMs) leave();
      if (stop.signal.aborted) return;
      first = now();
      stop.abort(name);
    });
  }
  return stop.signal;
}
