import { type Clock, systemClock } from '../core/clock.ts';
import { formatKey, type Key, type Ring } from '../core/key.ts';

/** What one object wants to be told of. */
export type Subscription = Readonly<{
  /** Names what is asked, for example `git https://… main`: all subscriptions of one id share one poll. */
  id: string;
  key: Key;
  /** Milliseconds; of the subscriptions of one id the smallest counts. */
  intervalMs: number;
  /** Asks the other side. Deals with its failures itself: what it throws counts as unchanged. The newest one is used. */
  check(signal: AbortSignal): Promise<'changed' | 'unchanged'>;
}>;

/** Asks at intervals on behalf of many objects, once for all that ask the same, and rings those when something changed. */
export interface Poller {
  /** A second subscription of the same key and id takes the place of the first. The returned function ends it. */
  subscribe(subscription: Subscription): () => void;
  /** Asks now, as when a push was heard of; when a check is under way, once more after it. */
  poke(id: string): void;
  /** Ids that are polled. */
  readonly size: number;
  close(): void;
}

type Entry = {
  readonly subscriptions: Map<string, Subscription>;
  readonly stop: AbortController;
  cancel: () => void;
  /** When the last check began; the interval counts from there. */
  last: number;
  state: 'waiting' | 'checking' | 'checking, and again';
};

type Options = Readonly<{ clock?: Clock; random?: () => number }>;

/** Share of the interval by which a poll may come early: keeps objects that were made together from asking together. */
const jitter = 0.1;

export function createPoller(ring: Ring, options: Options = {}): Poller {
  return new SharedPoller(ring, options);
}

class SharedPoller implements Poller {
  readonly #ring: Ring;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #entries = new Map<string, Entry>();

  constructor(ring: Ring, { clock = systemClock, random = Math.random }: Options) {
    this.#ring = ring;
    this.#clock = clock;
    this.#random = random;
  }

  get size(): number {
    return this.#entries.size;
  }

  subscribe(subscription: Subscription): () => void {
    const { id, key, intervalMs } = subscription;
    const entry = this.#entries.get(id) ?? create(this.#clock.now());
    this.#entries.set(id, entry);
    const before = entry.subscriptions.get(formatKey(key));
    entry.subscriptions.delete(formatKey(key));
    entry.subscriptions.set(formatKey(key), subscription);
    // Every reconcile subscribes anew; only another interval may move the next poll.
    if (entry.state === 'waiting' && before?.intervalMs !== intervalMs) this.#schedule(id, entry);
    return () => this.#leave(entry, subscription);
  }

  poke(id: string): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined) void this.#check(id, entry);
  }

  close(): void {
    for (const entry of this.#entries.values()) end(entry);
    this.#entries.clear();
  }

  #schedule(id: string, entry: Entry): void {
    entry.cancel();
    const interval = Math.min(...[...entry.subscriptions.values()].map(({ intervalMs }) => intervalMs));
    const due = entry.last + interval * (1 - jitter * this.#random()) - this.#clock.now();
    entry.cancel = this.#clock.after(Math.max(0, due), () => void this.#check(id, entry));
  }

  async #check(id: string, entry: Entry): Promise<void> {
    if (entry.state !== 'waiting') {
      entry.state = 'checking, and again';
      return;
    }
    entry.cancel();
    entry.state = 'checking';
    entry.last = this.#clock.now();
    const newest = [...entry.subscriptions.values()].at(-1);
    const answer = await newest?.check(entry.stop.signal).catch(() => 'unchanged' as const);
    if (entry.stop.signal.aborted) return;
    const again = (entry.state as Entry['state']) === 'checking, and again';
    entry.state = 'waiting';
    if (answer === 'changed') for (const { key } of [...entry.subscriptions.values()]) this.#ring(key);
    if (again) void this.#check(id, entry);
    else if (this.#entries.get(id) === entry) this.#schedule(id, entry);
  }

  #leave(entry: Entry, subscription: Subscription): void {
    const { id, key } = subscription;
    const name = formatKey(key);
    if (entry.subscriptions.get(name) !== subscription) return;
    entry.subscriptions.delete(name);
    if (entry.subscriptions.size > 0) {
      if (entry.state === 'waiting') this.#schedule(id, entry);
      return;
    }
    end(entry);
    if (this.#entries.get(id) === entry) this.#entries.delete(id);
  }
}

function create(now: number): Entry {
  return {
    subscriptions: new Map(),
    stop: new AbortController(),
    cancel: () => undefined,
    last: now,
    state: 'waiting',
  };
}

function end(entry: Entry): void {
  entry.cancel();
  entry.stop.abort();
}
