import { formatKey, type Key } from '../core/key.ts';
import type { ObjectRef } from '../core/plan.ts';
import { groupOf } from '../core/resource.ts';

/** Whatever all objects of a namespace look at: its Secrets. */
export function namespaceTopic(namespace: string): string {
  return `namespace ${namespace}`;
}

/** All versions of an API name one object. */
export function objectTopic({ apiVersion, kind, namespace, name }: ObjectRef): string {
  return `object ${groupOf(apiVersion)}/${kind} ${namespace ?? ''}/${name}`;
}

/** Who is to be rung when something changes: objects subscribe to topics, which are names of whatever they looked at. */
export class Topics {
  readonly #subscribers = new Map<string, Map<string, Key>>();
  readonly #topics = new Map<string, Set<string>>();

  /** Replaces the topics of a key. */
  set(key: Key, topics: Iterable<string>): void {
    const name = formatKey(key);
    const next = new Set(topics);
    const before = this.#topics.get(name) ?? new Set();
    for (const topic of before) if (!next.has(topic)) this.#leave(topic, name);
    for (const topic of next) this.#join(topic, key);
    if (next.size === 0) this.#topics.delete(name);
    else this.#topics.set(name, next);
  }

  /** Some more, until the next `set`. */
  add(key: Key, ...topics: readonly string[]): void {
    const name = formatKey(key);
    const known = this.#topics.get(name) ?? new Set();
    this.#topics.set(name, known);
    for (const topic of topics) {
      known.add(topic);
      this.#join(topic, key);
    }
  }

  of(topic: string): Iterable<Key> {
    return this.#subscribers.get(topic)?.values() ?? [];
  }

  forget(key: Key): void {
    this.set(key, []);
  }

  #join(topic: string, key: Key): void {
    const subscribers = this.#subscribers.get(topic) ?? new Map<string, Key>();
    this.#subscribers.set(topic, subscribers.set(formatKey(key), key));
  }

  #leave(topic: string, name: string): void {
    const subscribers = this.#subscribers.get(topic);
    subscribers?.delete(name);
    if (subscribers?.size === 0) this.#subscribers.delete(topic);
  }
}
