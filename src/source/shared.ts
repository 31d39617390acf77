import type { Result } from '../core/result.ts';

/** One answer for all that ask the same at a time, kept as long as it is fresh. */
export interface Shared<T> {
  /**
   * The answer for `key`: one that was asked for less than `maxAgeMs` ago, here or still on its way, or a new one from
   * `ask`. Failures are not kept. Who asks can leave by its own signal; the work is given up when all have left.
   */
  get(
    key: string,
    maxAgeMs: number,
    signal: AbortSignal,
    ask: (signal: AbortSignal) => Promise<Result<T>>,
  ): Promise<Result<T>>;
  /** The last good answer, however old. */
  peek(key: string): T | undefined;
}

type Flight<T> = { at: number; promise: Promise<Result<T>>; waiting: number; controller: AbortController };

/** @param options `keptMs`: milliseconds after which an answer may be forgotten. Default: only when there are too many. */
export function createShared<T>(
  options: Readonly<{ now: () => number; maxEntries?: number; keptMs?: number }>,
): Shared<T> {
  const { now, maxEntries = 10_000, keptMs = Number.POSITIVE_INFINITY } = options;
  /** In order of last use, the oldest first. */
  const kept = new Map<string, { value: T; at: number }>();
  const flights = new Map<string, Flight<T>>();

  const keep = (key: string, value: T, at: number): void => {
    if ((kept.get(key)?.at ?? at) > at) return;
    kept.delete(key);
    kept.set(key, { value, at });
    for (const [oldest, entry] of kept) {
      if (kept.size <= maxEntries && now() - entry.at <= keptMs) break;
      kept.delete(oldest);
    }
  };

  const start = (key: string, ask: (signal: AbortSignal) => Promise<Result<T>>): Flight<T> => {
    const controller = new AbortController();
    const at = now();
    const flight: Flight<T> = { at, waiting: 0, controller, promise: ask(controller.signal) };
    flights.set(key, flight);
    const done = (result?: Result<T>) => {
      if (flights.get(key) === flight) flights.delete(key);
      if (result?.ok) keep(key, result.value, at);
    };
    flight.promise.then(done, () => done());
    return flight;
  };

  return {
    get: (key, maxAgeMs, signal, ask) => {
      if (signal.aborted) return Promise.resolve(left);
      const known = kept.get(key);
      if (known !== undefined && now() - known.at < maxAgeMs) {
        keep(key, known.value, known.at);
        return Promise.resolve({ ok: true, value: known.value });
      }
      const under = flights.get(key);
      // What set out before the caller's limit may bring an answer that is older than a push just heard of.
      const flight = under !== undefined && now() - under.at < maxAgeMs ? under : start(key, ask);
      return join(flight, signal, () => {
        // Nobody waits any more; who comes next must not join a flight that is being given up.
        if (flights.get(key) === flight) flights.delete(key);
        flight.controller.abort();
      });
    },
    peek: (key) => kept.get(key)?.value,
  };
}

const left = {
  ok: false,
  failure: { kind: 'transient', reason: 'Aborted', message: 'the request was given up' },
} as const;

function join<T>(flight: Flight<T>, signal: AbortSignal, abandon: () => void): Promise<Result<T>> {
  flight.waiting++;
  return new Promise((resolve, reject) => {
    const leave = () => {
      signal.removeEventListener('abort', onAbort);
      return --flight.waiting;
    };
    const onAbort = () => {
      if (leave() === 0) abandon();
      resolve(left);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    flight.promise.then(
      (result) => {
        leave();
        resolve(result);
      },
      (error: unknown) => {
        leave();
        reject(error);
      },
    );
  });
}
