import { type Clock, sleep, systemClock } from '../core/clock.ts';

export type LimiterOptions = Readonly<{
  /** Requests a second in the long run. */
  qps: number;
  /** Requests that may go at once after a quiet time. */
  burst: number;
  clock?: Clock;
}>;

/** Token bucket: whoever comes first goes first. */
export class Limiter {
  readonly #qps: number;
  readonly #burst: number;
  readonly #clock: Clock;
  /** May be negative: then that many callers wait. */
  #tokens: number;
  #filledAt: number;

  constructor({ qps, burst, clock = systemClock }: LimiterOptions) {
    this.#qps = qps;
    this.#burst = Math.max(1, burst);
    this.#clock = clock;
    this.#tokens = this.#burst;
    this.#filledAt = clock.now();
  }

  /** Resolves when one request may go; rejects with the signal's reason. An abandoned turn is given back. */
  async take(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const now = this.#clock.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#filledAt) * this.#qps) / 1000);
    this.#filledAt = now;
    this.#tokens -= 1;
    if (this.#tokens >= 0) return;
    try {
      await sleep(this.#clock, (-this.#tokens * 1000) / this.#qps, signal);
    } catch (error) {
      this.#tokens += 1;
      throw error;
    }
  }
}

/** At most `limit` at once, in order of arrival: a fan-out of a thousand writes must not open a thousand connections. */
export class Gate {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#free = limit;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}
