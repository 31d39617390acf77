/** What a request is for: what can best wait is first made to. */
export type Purpose = 'poll' | 'ask' | 'write';

export type QuotaReading = Readonly<{
  /** Requests in each window. */
  limit: number;
  remaining: number;
  /** Milliseconds since 1970: the window's end, when all of `limit` is there again. */
  resetAt: number;
}>;

type Headers = Readonly<Record<string, string | number | undefined>>;

/** Of the limit: below it polls are spread over the rest of the window. */
const slowBelow = 0.25;
/** Of the limit, and at least this many requests: kept for what cannot wait. */
const reserveShare = 0.05;
const reserveLeast = 3;

/** The limits of one login at one server, kept to before the server refuses. Times are milliseconds since 1970. */
export class Quota {
  #reading: QuotaReading | undefined;
  #blockedUntil = 0;
  #lastPoll = Number.NEGATIVE_INFINITY;

  /** The window that was last heard of, if it has not ended. */
  reading(now: number): QuotaReading | undefined {
    return this.#reading !== undefined && now < this.#reading.resetAt ? this.#reading : undefined;
  }

  note(headers: Headers): void {
    const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((name) =>
      Number(headers[`x-ratelimit-${name}`] ?? Number.NaN),
    ) as [number, number, number];
    if ([limit, remaining, reset].some(Number.isNaN) || limit <= 0) return;
    const before = this.#reading;
    const resetAt = reset * 1000;
    // Answers may come in another order than they were given.
    const older =
      before !== undefined &&
      (resetAt < before.resetAt || (resetAt === before.resetAt && remaining > before.remaining));
    if (!older) this.#reading = { limit, remaining, resetAt };
  }

  /** The server said that all of this login has to wait: a secondary limit, or an empty window. */
  block(until: number): void {
    this.#blockedUntil = Math.max(this.#blockedUntil, until);
  }

  /** Milliseconds until such a request may be sent; 0: now, and it is taken as sent. */
  admit(purpose: Purpose, now: number): number {
    const wait = Math.max(this.#blockedUntil - now, this.#waitForWindow(purpose, now));
    if (wait > 0) return wait;
    if (purpose === 'poll') this.#lastPoll = now;
    return 0;
  }

  #waitForWindow(purpose: Purpose, now: number): number {
    const reading = this.reading(now);
    if (reading === undefined) return 0;
    const { limit, remaining, resetAt } = reading;
    const reserve = purpose === 'poll' ? Math.max(reserveLeast, Math.floor(limit * reserveShare)) : 0;
    const free = remaining - reserve;
    if (free <= 0) return resetAt - now;
    if (purpose !== 'poll' || remaining >= limit * slowBelow) return 0;
    return this.#lastPoll + (resetAt - now) / free - now;
  }
}
