import { formatKey, type Key } from '../core/key.ts';

/** Who is to be rung when something changes: objects subscribe to topics, which are names of whatever they looked at. */
export class Topics {
  readonly #subscribers = new Map<string, Map<string, Key>>();
  readonly #topics = new Map<string, ReadonlySet<string>>();

  /** Replaces the topics of a key. */
  set(key: Key, topics: Iterable<string>): void {
    const name = formatKey(key);
    const next = new Set(topics);
    const before = this.#topics.get(name) ?? new Set();
    for (const topic of before) if (!next.has(topic)) this.#leave(topic, name);
    for (const topic of next) {
      const subscribers = this.#subscribers.get(topic) ?? new Map<string, Key>();
      subscribers.set(name, key);
      this.#subscribers.set(topic, subscribers);
    }
    if (next.size === 0) this.#topics.delete(name);
    else this.#topics.set(name, next);
  }

  of(topic: string): Iterable<Key> {
    return this.#subscribers.get(topic)?.values() ?? [];
  }

  forget(key: Key): void {
    this.set(key, []);
  }

  #leave(topic: string, name: string): void {
    const subscribers = this.#subscribers.get(topic);
    subscribers?.delete(name);
    if (subscribers?.size === 0) this.#subscribers.delete(topic);
  }
}
