import { type Clock, systemClock } from '../core/clock.ts';
import { formatKey, type Key } from '../core/key.ts';

export type QueueOptions = Readonly<{
  clock?: Clock;
  random?: () => number;
  /** Milliseconds of the first retry's pause; doubled with each further one up to `retryMaxMs`, ± 25 %. */
  retryMinMs?: number;
  retryMaxMs?: number;
}>;

/** All that is known of a key that is waiting, running, delayed or has failed. */
type Entry = {
  readonly key: Key;
  queued: boolean;
  running: boolean;
  /** Rung while running: runs once more. */
  again: boolean;
  failures: number;
  delay: { readonly dueAt: number; readonly cancel: () => void } | undefined;
};

/**
 * Keys to be worked on: each at most once in the queue, each by one worker at a time, in the order in which they were
 * rung. A key rung while it runs goes to the end, so one that never stops ringing delays the others by its own turn only.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #retryMinMs: number;
  readonly #retryMaxMs: number;
  readonly #entries = new Map<string, Entry>();
  #ready: Entry[] = [];
  /** Index of the queue's head: shifting an array of thousands would move all of it. */
  #head = 0;
  readonly #takers: ((key: Key | undefined) => void)[] = [];
  readonly #idle: (() => void)[] = [];
  #running = 0;
  /** When a key was last taken, or began to wait in a queue that was empty. */
  #lastTurn = 0;
  #closed = false;

  constructor({
    clock = systemClock,
    random = Math.random,
    retryMinMs = 500,
    retryMaxMs = 300_000,
  }: QueueOptions = {}) {
    this.#clock = clock;
    this.#random = random;
    this.#retryMinMs = retryMinMs;
    this.#retryMaxMs = retryMaxMs;
  }

  /** Keys that could be taken now. */
  get length(): number {
    return this.#ready.length - this.#head;
  }

  get running(): number {
    return this.#running;
  }

  /** Milliseconds for which keys have waited without any of them being taken; 0 when none waits. */
  get stalledMs(): number {
    return this.length === 0 ? 0 : this.#clock.now() - this.#lastTurn;
  }

  /** Rings: the key runs as soon as a worker is free, once more if it runs already. Ends a delay: see `take`. */
  add(key: Key): void {
    if (this.#closed) return;
    const entry = this.#entry(key);
    if (entry.running) entry.again = true;
    else if (!entry.queued) this.#enqueue(entry);
  }

  /** Rings later. Of several delays of a key the earliest counts. A run that begins before ends the delay. */
  addAfter(key: Key, ms: number): void {
    if (this.#closed) return;
    const entry = this.#entry(key);
    const dueAt = this.#clock.now() + Math.max(0, ms);
    if (entry.delay && entry.delay.dueAt <= dueAt) return;
    entry.delay?.cancel();
    const cancel = this.#clock.after(ms, () => {
      entry.delay = undefined;
      this.add(key);
    });
    entry.delay = { dueAt, cancel };
  }

  /** Rings after the key's back-off, which grows with each retry since `forget`, or after `ms` where a server named it. */
  retry(key: Key, ms?: number): void {
    if (this.#closed) return;
    const entry = this.#entry(key);
    const base = Math.min(this.#retryMaxMs, this.#retryMinMs * 2 ** Math.min(30, entry.failures));
    entry.failures += 1;
    this.addAfter(key, ms ?? Math.round(base * (0.75 + this.#random() / 2)));
  }

  /** The key's next retry is a first one again. */
  forget(key: Key): void {
    const entry = this.#entries.get(formatKey(key));
    if (!entry) return;
    entry.failures = 0;
    this.#drop(entry);
  }

  /**
   * The next key, to be given back by `done`; undefined once the queue is closed. Its delay ends here: what a run finds
   * decides anew when the key is looked at next.
   */
  take(): Promise<Key | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    const entry = this.#dequeue();
    if (entry) return Promise.resolve(this.#begin(entry));
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  done(key: Key): void {
    const entry = this.#entries.get(formatKey(key));
    if (!entry?.running) return;
    entry.running = false;
    this.#running -= 1;
    const again = entry.again;
    entry.again = false;
    if (again && !this.#closed) this.#enqueue(entry);
    else this.#drop(entry);
    if (this.#running === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Gives out nothing more, drops what waits, and resolves when what runs is done. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#ready = [];
    this.#head = 0;
    for (const entry of [...this.#entries.values()]) {
      entry.delay?.cancel();
      entry.delay = undefined;
      entry.queued = false;
      entry.failures = 0;
      this.#drop(entry);
    }
    for (const resolve of this.#takers.splice(0)) resolve(undefined);
    if (this.#running > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #entry(key: Key): Entry {
    const name = formatKey(key);
    let entry = this.#entries.get(name);
    if (!entry) {
      entry = { key, queued: false, running: false, again: false, failures: 0, delay: undefined };
      this.#entries.set(name, entry);
    }
    return entry;
  }

  #enqueue(entry: Entry): void {
    const taker = this.#takers.shift();
    if (taker) {
      taker(this.#begin(entry));
    } else {
      if (this.length === 0) this.#lastTurn = this.#clock.now();
      entry.queued = true;
      this.#ready.push(entry);
    }
  }

  #dequeue(): Entry | undefined {
    const entry = this.#ready[this.#head];
    if (!entry) return undefined;
    this.#head += 1;
    if (this.#head > 1000 && this.#head * 2 > this.#ready.length) {
      this.#ready = this.#ready.slice(this.#head);
      this.#head = 0;
    }
    return entry;
  }

  #begin(entry: Entry): Key {
    entry.queued = false;
    entry.running = true;
    entry.delay?.cancel();
    entry.delay = undefined;
    this.#running += 1;
    this.#lastTurn = this.#clock.now();
    return entry.key;
  }

  /** Forgets a key of which nothing is left to know. */
  #drop(entry: Entry): void {
    if (entry.queued || entry.running || entry.delay || entry.failures > 0) return;
    this.#entries.delete(formatKey(entry.key));
  }
}
