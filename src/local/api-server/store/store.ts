import { expired } from '../errors.ts';
import { type Entry, RevisionLog } from './log.ts';

/** A change under a watched prefix. `before` is the state that it replaced, when there was one. */
export type Change = {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  rev: number;
  key: string;
  value: string;
  before: string | undefined;
};

export type Page = { items: Entry[]; revision: number; remaining: number };

type Watcher = { prefix: string; tell: (change: Change) => void };

/** How many revisions are kept for watches that resume and for lists in pages. */
const keptRevisions = 20_000;

/**
 * Objects as JSON text under keys, with one global, ever-growing revision. Everything is synchronous: a caller that
 * reads and writes within one turn of the event loop needs no lock.
 */
export class Store {
  readonly #log: RevisionLog;
  readonly #watchers = new Set<Watcher>();
  #revision: number;
  #compacted: number;

  constructor(path: string) {
    this.#log = new RevisionLog(path);
    // Revision 1 stands for the empty store, so that "0" keeps its meaning of "any".
    this.#revision = Math.max(1, this.#log.lastRevision());
    this.#compacted = this.#log.compactedRevision();
  }

  get revision(): number {
    return this.#revision;
  }

  get(key: string): Entry | undefined {
    return this.#log.get(key);
  }

  /**
   * Live objects whose keys start with `prefix` (which ends in `/`).
   * @throws 410 when the revision asked for is compacted.
   */
  list(prefix: string, options: { at?: number; after?: string; limit?: number } = {}): Page {
    const after = options.after ?? prefix;
    const limit = options.limit === undefined ? -1 : options.limit + 1;
    const at = options.at;
    const past = at !== undefined && at < this.#revision;
    if (past && at < this.#compacted) {
      throw expired('The provided continue parameter is too old to display a consistent list result.');
    }
    const rows = past ? this.#log.rangeAt(at, prefix, after, limit) : this.#log.range(prefix, after, limit);
    const items = options.limit === undefined ? rows : rows.slice(0, options.limit);
    const last = items.at(-1);
    const more = items.length < rows.length && last !== undefined;
    return { items, revision: past ? at : this.#revision, remaining: more ? this.#log.count(prefix, last.key) : 0 };
  }

  /** Writes `value(rev)` as the new state of `key` and tells the watchers. */
  put(key: string, value: (rev: number) => string): Entry {
    return this.#append(key, value, false);
  }

  /** Removes `key`; `value(rev)` is the last state, as the deletion's watchers see it. */
  delete(key: string, value: (rev: number) => string): Entry {
    return this.#append(key, value, true);
  }

  /**
   * Tells of each change under `prefix` after revision `since`: first what has happened already, then what happens.
   * Returns the way to stop. @throws 410 when `since` is compacted.
   */
  watch(prefix: string, since: number, tell: (change: Change) => void): () => void {
    if (since < this.#compacted) {
      throw expired(`too old resource version: ${since} (${this.#compacted})`);
    }
    if (since < this.#revision) for (const entry of this.#log.since(since, prefix)) tell(this.#change(entry));
    const watcher = { prefix, tell };
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Forgets replaced states below `rev` (default: all but the newest `keptRevisions`). */
  compact(rev = this.#revision - keptRevisions): void {
    if (rev <= this.#compacted) return;
    this.#log.compact(rev);
    this.#compacted = rev;
  }

  close(): void {
    this.#watchers.clear();
    this.#log.close();
  }

  #append(key: string, value: (rev: number) => string, deleted: boolean): Entry {
    const rev = this.#revision + 1;
    const before = this.#log.get(key);
    const entry: Entry = { rev, key, value: value(rev), deleted, prev: before?.rev ?? 0 };
    this.#log.append(entry);
    this.#revision = rev;
    const change = toChange(entry, before?.value);
    for (const watcher of this.#watchers) if (key.startsWith(watcher.prefix)) watcher.tell(change);
    if (rev - this.#compacted > 2 * keptRevisions) this.compact();
    return entry;
  }

  #change(entry: Entry): Change {
    return toChange(entry, entry.prev === 0 ? undefined : this.#log.at(entry.prev)?.value);
  }
}

function toChange(entry: Entry, before: string | undefined): Change {
  const type = entry.deleted ? 'DELETED' : entry.prev === 0 ? 'ADDED' : 'MODIFIED';
  return { type, rev: entry.rev, key: entry.key, value: entry.value, before };
}
