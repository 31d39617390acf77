import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Change, Store } from './store.ts';

describe('the store', () => {
  let dir: string;
  let store: Store;
  const write = (key: string, text: string): number => store.put(key, (rev) => `${text}@${rev}`).rev;
  const remove = (key: string): number => store.delete(key, (rev) => `gone@${rev}`).rev;
  const values = (prefix: string, options = {}): string[] =>
    store.list(prefix, options).items.map((item) => item.value);

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'alustan-store-'));
    store = new Store(join(dir, 'store.db'));
  });

  afterEach(() => {
    store.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('gives every write the next revision, over all keys', () => {
    expect([write('/a/1', 'x'), write('/b/1', 'y'), remove('/a/1')]).toEqual([2, 3, 4]);
  });

  it('lists what starts with a prefix in order of key, and nothing beside it', () => {
    write('/a/2', 'two');
    write('/a/1', 'one');
    write('/ab/1', 'other');
    write('/a0', 'other');
    expect(values('/a/')).toEqual(['one@3', 'two@2']);
  });

  it('lists a past revision as it was', () => {
    write('/a/1', 'one');
    const past = write('/a/2', 'two');
    write('/a/1', 'changed');
    remove('/a/2');
    write('/a/3', 'later');
    expect(values('/a/', { at: past })).toEqual(['one@2', 'two@3']);
  });

  it('goes on after the last key of a page', () => {
    for (const name of ['1', '2', '3']) write(`/a/${name}`, name);
    const first = store.list('/a/', { limit: 2 });
    expect([first.items.length, first.remaining]).toEqual([2, 1]);
    expect(values('/a/', { at: first.revision, after: '/a/2', limit: 2 })).toEqual(['3@4']);
  });

  it('tells a watch first what has happened, then what happens, with what was there before', () => {
    const since = write('/a/1', 'one');
    write('/a/1', 'two');
    const seen: Change[] = [];
    const stop = store.watch('/a/', since, (change) => seen.push(change));
    remove('/a/1');
    write('/b/1', 'elsewhere');
    stop();
    write('/a/2', 'unseen');
    expect(seen.map(({ type, value, before }) => [type, value, before])).toEqual([
      ['MODIFIED', 'two@3', 'one@2'],
      ['DELETED', 'gone@4', 'two@3'],
    ]);
  });

  it('keeps objects and revisions over a restart, even when the newest was a deletion', () => {
    write('/a/1', 'one');
    write('/a/2', 'two');
    const last = remove('/a/2');
    store.compact(last);
    store.close();
    store = new Store(join(dir, 'store.db'));
    expect(store.revision).toBe(last);
    expect(values('/a/')).toEqual(['one@2']);
  });

  it('answers 410 for what it has compacted, and keeps what is visible since', () => {
    const old = write('/a/1', 'one');
    write('/a/1', 'two');
    const kept = write('/b/1', 'x');
    write('/a/1', 'three');
    store.compact(kept);
    expect(() => store.watch('/a/', old, () => {})).toThrow(/too old resource version/);
    expect(() => store.list('/a/', { at: old })).toThrow(expect.objectContaining({ code: 410, reason: 'Expired' }));
    expect(values('/a/', { at: kept })).toEqual(['two@3']);
    expect(values('/a/')).toEqual(['three@5']);
  });
});
