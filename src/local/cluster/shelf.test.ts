import { describe, expect, it } from 'vitest';
import { silent } from '../../core/log.ts';
import type { KubeObject } from '../../core/resource.ts';
import { Store } from '../../kube/reflector/store.ts';
import { Shelf } from './shelf.ts';

function object(resourceVersion: string, uid = 'u1', name = 'a'): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'shop', uid, resourceVersion } };
}

/** A shelf on a store that the test feeds as a watch would, and a time that the test sets. */
function shelfOf() {
  const store = new Store({}, silent);
  const time = { now: 0 };
  const reflector = {
    get: store.get.bind(store),
    list: store.list.bind(store),
    by: store.by.bind(store),
    onChange: store.subscribe.bind(store),
  };
  return { store, time, shelf: new Shelf(reflector as never, () => time.now) };
}

const name = { namespace: 'shop', name: 'a' };
const version = (found: KubeObject | undefined): string | undefined => found?.metadata.resourceVersion;

describe('shelf', () => {
  it('shows an own write before the watch tells of it', () => {
    const { shelf } = shelfOf();
    shelf.wrote(object('5'));
    expect([version(shelf.get(name)), shelf.in('shop').length, shelf.all().length]).toEqual(['5', 1, 1]);
  });

  it('shows the newer of what was written and what was heard', () => {
    const { shelf, store } = shelfOf();
    store.put(object('4'));
    shelf.wrote(object('5'));
    expect(version(shelf.get(name))).toBe('5');
    store.put(object('6'));
    expect(version(shelf.get(name))).toBe('6');
    shelf.wrote(object('5'));
    expect(version(shelf.get(name))).toBe('6');
  });

  it('counts an object once that was both written and heard', () => {
    const { shelf, store } = shelfOf();
    store.put(object('4'));
    shelf.wrote(object('5'));
    expect(shelf.in('shop').map(version)).toEqual(['5']);
  });

  it('shows what it has deleted as going, until it is gone, even when late news come', () => {
    const { shelf, store } = shelfOf();
    store.put(object('4'));
    shelf.deleted(object('4'));
    store.put(object('5'));
    expect(shelf.get(name)?.metadata.deletionTimestamp).toBeDefined();
    store.delete(name);
    expect(shelf.get(name)).toBeUndefined();
    store.put(object('9', 'u2'));
    expect(shelf.get(name)?.metadata.deletionTimestamp).toBeUndefined();
  });

  it('`latest` knows no deletion that the server has not told of', () => {
    const { shelf, store } = shelfOf();
    store.put(object('4'));
    shelf.deleted(object('4'));
    expect(shelf.latest(name)?.metadata.deletionTimestamp).toBeUndefined();
  });

  it('forgets a write that the watch never told of', () => {
    const { shelf, time } = shelfOf();
    shelf.wrote(object('5'));
    time.now = 10_001;
    expect(shelf.get(name)).toBeUndefined();
    expect(shelf.all()).toEqual([]);
  });
});
