/** Requests that GitHub grants in an hour. */
const granted = { login: 5_000, anonymous: 60 } as const;
const windowMs = 3_600_000;

type Window = { limit: number; used: number; resetAt: number };

/** Counts requests as GitHub does: by login, in windows of an hour; a 304 to a login is free. */
export class Limits {
  readonly #now: () => Date;
  readonly #limits: Readonly<{ login: number; anonymous: number }>;
  readonly #windows = new Map<string, Window>();

  constructor(now: () => Date, limits: Readonly<{ login: number; anonymous: number }> = granted) {
    this.#now = now;
    this.#limits = limits;
  }

  /** `who`: undefined for anonymous. */
  window(who: string | undefined): Window {
    const key = who ?? '';
    const known = this.#windows.get(key);
    if (known !== undefined && this.#now().getTime() < known.resetAt) return known;
    const limit = who === undefined ? this.#limits.anonymous : this.#limits.login;
    // The window's end is told in whole seconds.
    const resetAt = Math.ceil((this.#now().getTime() + windowMs) / 1000) * 1000;
    const made = { limit, used: 0, resetAt };
    this.#windows.set(key, made);
    return made;
  }

  exhausted(who: string | undefined): boolean {
    const { limit, used } = this.window(who);
    return used >= limit;
  }

  count(who: string | undefined, status: number): void {
    if (status === 304 && who !== undefined) return;
    const window = this.window(who);
    window.used = Math.min(window.limit, window.used + 1);
  }

  headers(who: string | undefined): Record<string, string> {
    const { limit, used, resetAt } = this.window(who);
    return {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(limit - used),
      'x-ratelimit-used': String(used),
      'x-ratelimit-reset': String(resetAt / 1000),
      'x-ratelimit-resource': 'core',
    };
  }
}
