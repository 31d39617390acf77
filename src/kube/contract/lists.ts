import { expect, it } from 'vitest';
import type { ListOptions } from '../client.ts';
import { config, type Started } from './subject.ts';

const type = { apiVersion: 'v1', kind: 'ConfigMap' };

export function describeLists(at: Started): void {
  const names = async (options: ListOptions) => {
    const { items } = await at.client.list(type, { namespace: at.namespace, ...options });
    // A real cluster puts its CA into every namespace.
    return items.map(({ metadata: { name } }) => name).filter((name) => name !== 'kube-root-ca.crt');
  };

  it.each([
    { options: {}, found: ['a', 'b', 'c'] },
    { options: { labelSelector: 'app=shop' }, found: ['a', 'b'] },
    { options: { labelSelector: 'app in (shop),tier!=web' }, found: ['a'] },
    { options: { fieldSelector: 'metadata.name=c' }, found: ['c'] },
    { options: { labelSelector: 'app=none' }, found: [] },
  ])('$options finds $found', async ({ options, found }) => {
    const make = (name: string, labels: Record<string, string>) =>
      at.client.create(config(at.namespace, name, { metadata: { name, labels } }));
    await make('a', { app: 'shop' });
    await make('b', { app: 'shop', tier: 'web' });
    await make('c', { app: 'other' });
    expect(await names(options)).toEqual(found);
  });

  it('items say their kind, and the list its version', async () => {
    await at.client.create(config(at.namespace, 'a'));
    const { items, resourceVersion } = await at.client.list(type, { namespace: at.namespace });
    expect(items[0]).toMatchObject(type);
    expect(resourceVersion).toMatch(/^\d+$/);
  });

  it('a list of more than a page is whole, and no object twice', async () => {
    const all = Array.from({ length: 620 }, (_, i) => `n${String(i).padStart(4, '0')}`);
    await Promise.all(all.map((name) => at.client.create(config(at.namespace, name))));
    expect(await names({})).toEqual(all);
    let pages = 0;
    for await (const _page of at.client.pages(type, { namespace: at.namespace })) pages += 1;
    expect(pages).toBe(2);
  });
}
