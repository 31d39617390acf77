import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { writeFailure } from './failure.ts';

/** One revision of one key. `value` is the object's JSON as written; of a deletion, the last state. */
export type Entry = {
  rev: number;
  key: string;
  value: string;
  deleted: boolean;
  /** Revision this one replaces; 0 for a creation. */
  prev: number;
};

const schema = `
CREATE TABLE IF NOT EXISTS log (
  rev INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  deleted INTEGER NOT NULL,
  prev INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS log_key ON log (key, rev);
CREATE TABLE IF NOT EXISTS live (key TEXT PRIMARY KEY, rev INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

type Row = { rev: number; key: string; value: string; deleted: number; prev: number };

function entry(row: unknown): Entry {
  const { rev, key, value, deleted, prev } = row as Row;
  return { rev, key, value, deleted: deleted === 1, prev };
}

/** The first key after every key that starts with `prefix`: prefixes end in `/`, whose successor is `0`. */
function prefixEnd(prefix: string): string {
  return `${prefix.slice(0, -1)}0`;
}

/**
 * The append-only log of revisions (kine's idea) with an index of the live ones. One writer; every write is a
 * transaction of its own, so a `kill -9` loses at most a write that nobody was told of.
 */
export class RevisionLog {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** `path` is a file, or `:memory:`. */
  constructor(path: string) {
    this.#db = new DatabaseSync(path);
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;');
    this.#db.exec(schema);
  }

  lastRevision(): number {
    const row = this.#sql('SELECT max(rev) AS rev FROM log').get() as { rev: number | null };
    return Math.max(row.rev ?? 0, this.#meta('revision'));
  }

  /** Revisions below this one are gone. */
  compactedRevision(): number {
    return this.#meta('compacted');
  }

  get(key: string): Entry | undefined {
    const row = this.#sql('SELECT log.* FROM live JOIN log ON log.rev = live.rev WHERE live.key = ?').get(key);
    return row === undefined ? undefined : entry(row);
  }

  at(rev: number): Entry | undefined {
    const row = this.#sql('SELECT * FROM log WHERE rev = ?').get(rev);
    return row === undefined ? undefined : entry(row);
  }

  /** Live entries under a prefix in order of key, after `after`, at most `limit` (-1: all). */
  range(prefix: string, after: string, limit: number): Entry[] {
    return this.#sql(
      `SELECT log.* FROM live JOIN log ON log.rev = live.rev
       WHERE live.key > ? AND live.key < ? ORDER BY live.key LIMIT ?`,
    )
      .all(after, prefixEnd(prefix), limit)
      .map(entry);
  }

  /** The same as it was at a past revision. */
  rangeAt(rev: number, prefix: string, after: string, limit: number): Entry[] {
    return this.#sql(
      `SELECT log.* FROM log JOIN
         (SELECT key, max(rev) AS newest FROM log WHERE key > ? AND key < ? AND rev <= ? GROUP BY key) AS past
         ON log.rev = past.newest
       WHERE log.deleted = 0 ORDER BY log.key LIMIT ?`,
    )
      .all(after, prefixEnd(prefix), rev, limit)
      .map(entry);
  }

  count(prefix: string, after: string): number {
    const row = this.#sql('SELECT count(*) AS n FROM live WHERE key > ? AND key < ?').get(after, prefixEnd(prefix));
    return (row as { n: number }).n;
  }

  /** What happened under a prefix after a revision, oldest first. */
  since(rev: number, prefix: string): Entry[] {
    return this.#sql('SELECT * FROM log WHERE rev > ? AND key > ? AND key < ? ORDER BY rev')
      .all(rev, prefix, prefixEnd(prefix))
      .map(entry);
  }

  append(one: Entry): void {
    this.#transaction(() => {
      this.#sql('INSERT INTO log (rev, key, value, deleted, prev) VALUES (?, ?, ?, ?, ?)').run(
        one.rev,
        one.key,
        one.value,
        one.deleted ? 1 : 0,
        one.prev,
      );
      if (one.deleted) this.#sql('DELETE FROM live WHERE key = ?').run(one.key);
      else this.#sql('INSERT OR REPLACE INTO live (key, rev) VALUES (?, ?)').run(one.key, one.rev);
    });
  }

  /** Forgets what nobody can see from `rev` on: replaced by then, or deleted. The last revision is remembered. */
  compact(rev: number): void {
    this.#transaction(() => {
      const last = this.lastRevision();
      this.#sql(
        `DELETE FROM log WHERE rev <= ? AND (deleted = 1 OR EXISTS
           (SELECT 1 FROM log AS newer WHERE newer.key = log.key AND newer.rev > log.rev AND newer.rev <= ?))`,
      ).run(rev, rev);
      this.#setMeta('compacted', rev);
      this.#setMeta('revision', last);
    });
  }

  close(): void {
    this.#db.close();
  }

  #meta(name: string): number {
    const row = this.#sql('SELECT value FROM meta WHERE name = ?').get(name) as { value: number } | undefined;
    return row?.value ?? 0;
  }

  #setMeta(name: string, value: number): void {
    this.#sql('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)').run(name, value);
  }

  #transaction(work: () => void): void {
    try {
      this.#db.exec('BEGIN IMMEDIATE');
      work();
      this.#db.exec('COMMIT');
    } catch (error) {
      // SQLite has rolled back already when the disk is full.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw writeFailure(error);
    }
  }

  #sql(text: string): StatementSync {
    const known = this.#statements.get(text);
    if (known !== undefined) return known;
    const made = this.#db.prepare(text);
    this.#statements.set(text, made);
    return made;
  }
}
