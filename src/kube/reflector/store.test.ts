import { describe, expect, it } from 'vitest';
import { silent } from '../../core/log.ts';
import type { KubeObject } from '../../core/resource.ts';
import { configMap } from '../testing/objects.ts';
import { shown } from '../testing/watching.ts';
import { Store } from './store.ts';
import { dropBookkeeping, StringPool } from './transform.ts';

const byOwner = (object: KubeObject) => (object['data'] as { owners?: string[] }).owners ?? [];
const owned = (name: string, version: number, ...owners: string[]) => ({
  ...configMap(name, version),
  data: { owners },
});

function setUp() {
  const store = new Store({ owner: byOwner }, silent);
  const told: string[] = [];
  store.subscribe((before, after) => told.push(`${before ? shown(before) : ''}>${after ? shown(after) : ''}`));
  return { store, told };
}

describe('the cache', () => {
  it('finds by name, by namespace and by an own index, as objects change', () => {
    const { store } = setUp();
    store.put(owned('a', 1, 'x', 'y'));
    store.put(owned('b', 2, 'y'));
    store.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', resourceVersion: '3' }, data: {} });
    const found = (index: string, value: string) => store.by(index, value).map(shown);
    expect(found('owner', 'y')).toEqual(['a@1', 'b@2']);
    store.put(owned('a', 4, 'x'));
    expect(found('owner', 'y')).toEqual(['b@2']);
    expect(found('owner', 'x')).toEqual(['a@4']);
    store.delete({ namespace: 'shop', name: 'b' });
    expect(found('owner', 'y')).toEqual([]);
    expect(found('namespace', 'shop')).toEqual(['a@4']);
    expect(store.get({ namespace: '', name: 'shop' })?.kind).toBe('Namespace');
    expect(() => store.by('colour', 'red')).toThrow('there is no index "colour"');
  });

  it('tells after it has changed, late subscribers of what is here, and those who left of nothing', () => {
    const { store } = setUp();
    store.put(configMap('a', 1));
    const heard: string[] = [];
    const leave = store.subscribe((_before, after) => {
      heard.push(`${after?.metadata.name} of ${store.size}`);
    });
    store.put(configMap('b', 2));
    leave();
    store.put(configMap('c', 3));
    expect(heard).toEqual(['a of 1', 'b of 2']);
  });

  it('what comes late does not turn time back', () => {
    const { store, told } = setUp();
    store.put(configMap('a', 5));
    store.putNewer(configMap('a', 4));
    store.deleteOlder(configMap('a', 3));
    store.putNewer(configMap('a', 10));
    store.deleteOlder(configMap('a', 11));
    expect(told).toEqual(['>a@5', 'a@5>a@10', 'a@10>']);
  });

  it('a list is believed even where its versions are older: the store may have been restored from a backup', () => {
    const { store, told } = setUp();
    store.put(configMap('a', 900));
    store.put(configMap('a', 5));
    store.retain(new Set());
    expect(told).toEqual(['>a@900', 'a@900>a@5', 'a@5>']);
  });

  it('versions that are no numbers are taken as they come', () => {
    const { store, told } = setUp();
    const at = (resourceVersion: string) => ({ ...configMap('a', 0), metadata: { name: 'a', resourceVersion } });
    for (const version of ['x', 'y', 'x']) store.putNewer(at(version));
    expect(told).toEqual(['>a@x', 'a@x>a@y', 'a@y>a@x']);
  });
});

describe('what is kept of an object', () => {
  it("is all but managedFields and kubectl's copy", () => {
    const object = configMap('a', 1, { key: 'value' });
    const heavy = {
      ...object,
      metadata: {
        ...object.metadata,
        managedFields: [{ manager: 'kubectl' }],
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', note: 'x' },
      },
    };
    expect(dropBookkeeping(heavy as KubeObject)).toEqual({
      ...object,
      metadata: { ...object.metadata, annotations: { note: 'x' } },
    });
  });

  it('reads the same where strings are shared, however deep they are', () => {
    const pool = new StringPool();
    const object = () => ({
      text: 'a',
      list: ['b', { deep: 'c'.repeat(200), none: null, yes: true, n: 1 }],
      a: 'text',
    });
    for (let i = 0; i < 5000; i++) pool.share({ text: `unique ${i}` });
    const shared = object();
    pool.share(shared);
    expect(shared).toEqual(object());
    const odd = JSON.parse('{"__proto__":{"x":"y"},"constructor":"z"}');
    pool.share(odd);
    expect(JSON.stringify(odd)).toBe('{"__proto__":{"x":"y"},"constructor":"z"}');
  });
});
