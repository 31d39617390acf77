import { type Clock, systemClock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import { isConflict, isNotFound } from '../../kube/client.ts';

/** Handles one key; resolves to the milliseconds after which it wants to see the key again, if at all. */
export type Handler = (key: string) => Promise<number | undefined>;

export type LoopOptions = Readonly<{ name: string; handle: Handler; log: Log; clock?: Clock; parallel?: number }>;

const firstRetryMs = 20;
const longestRetryMs = 30_000;
const conflictRetryMs = 500;

/**
 * A queue of names and the workers on it. A name is handled once at a time; ringing it while it is handled handles it
 * again afterwards; ringing it twice before is once. Errors are retried with growing delay.
 */
export class Loop {
  readonly #options: LoopOptions;
  readonly #clock: Clock;
  readonly #waiting = new Set<string>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #timers = new Map<string, { at: number; cancel: () => void }>();
  readonly #failures = new Map<string, number>();
  #closed = false;

  constructor(options: LoopOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  ring(key: string): void {
    if (this.#closed) return;
    this.#waiting.add(key);
    queueMicrotask(() => this.#next());
  }

  ringAfter(key: string, ms: number): void {
    if (this.#closed) return;
    const at = this.#clock.now() + ms;
    const before = this.#timers.get(key);
    if (before !== undefined && before.at <= at) return;
    before?.cancel();
    const cancel = this.#clock.after(ms, () => {
      this.#timers.delete(key);
      this.ring(key);
    });
    this.#timers.set(key, { at, cancel });
  }

  /** Takes no more work; resolves when what runs has ended. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting.clear();
    for (const { cancel } of this.#timers.values()) cancel();
    this.#timers.clear();
    await Promise.all(this.#running.values());
  }

  #next(): void {
    for (const key of this.#waiting) {
      if (this.#running.size >= (this.#options.parallel ?? 8)) return;
      if (this.#running.has(key)) continue;
      this.#waiting.delete(key);
      this.#running.set(key, this.#run(key));
    }
  }

  async #run(key: string): Promise<void> {
    try {
      const again = await this.#options.handle(key);
      this.#failures.delete(key);
      if (again !== undefined) this.ringAfter(key, again);
    } catch (error) {
      this.#retry(key, error);
    } finally {
      this.#running.delete(key);
      if (!this.#closed) this.#next();
    }
  }

  #retry(key: string, error: unknown): void {
    if (this.#closed) return;
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const fields = { loop: this.#options.name, key, err: error instanceof Error ? error.message : String(error) };
    const quiet = isConflict(error) || isNotFound(error);
    if (quiet && failures < 5) this.#options.log.debug(fields, 'looked at again');
    else this.#options.log.warn(fields, 'failed; tried again');
    // After a conflict the newer object is on its way: no need to wait long.
    this.ringAfter(key, Math.min(firstRetryMs * 2 ** failures, isConflict(error) ? conflictRetryMs : longestRetryMs));
  }
}
