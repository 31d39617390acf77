import { expect, it } from 'vitest';
import type { KubeObject } from '../../core/resource.ts';
import type { WatchingClient } from '../client.ts';
import { Lease } from '../lease.ts';
import { Reflector } from '../reflector/reflector.ts';
import { config, refTo, type Started, until } from './subject.ts';

const type = { apiVersion: 'v1', kind: 'ConfigMap' };
const versions = (objects: Iterable<KubeObject>) =>
  Object.fromEntries([...objects].map(({ metadata }) => [metadata.name, metadata.resourceVersion]));

export function describeReflector(at: Started): void {
  it('shows what is there, then what changes; its labels select', async () => {
    const labelled = (name: string) => config(at.namespace, name, { metadata: { name, labels: { app: 'shop' } } });
    await at.client.create(labelled('a'));
    await at.client.create(config(at.namespace, 'unseen'));
    const { client, namespace } = at;
    const reflector = new Reflector({ client, type, namespace, labelSelector: 'app=shop' }).start();
    await reflector.synced;
    expect(reflector.list().map(({ metadata }) => metadata.name)).toEqual(['a']);
    await at.client.create(labelled('b'));
    await until(() => reflector.get({ namespace, name: 'b' }) !== undefined);
    await at.client.patch(refTo(namespace, 'a'), 'merge', { metadata: { labels: { app: null } } });
    await until(() => reflector.get({ namespace, name: 'a' }) === undefined);
    expect(reflector.get({ namespace, name: 'b' })?.metadata).not.toHaveProperty('managedFields');
    await reflector.stop();
  });

  it('misses nothing while connections break', async () => {
    const { client, namespace } = at;
    const reflector = new Reflector({ client: at.shaky, type, namespace, random: () => 0 }).start();
    await reflector.synced;
    const told = new Map<string, KubeObject>();
    reflector.onChange((before, after) => {
      if (after) told.set(after.metadata.name, after);
      else if (before) told.delete(before.metadata.name);
    });
    for (let round = 0; round < 6; round++) {
      await churn(client, namespace, round);
      at.proxy.cut();
    }
    const { items } = await client.list(type, { namespace });
    expect(items.length).toBeGreaterThan(10);
    await until(() => same(reflector.list(), items));
    expect(versions(told.values())).toEqual(versions(items));
    await reflector.stop();
  });

  it('a lease goes from one holder to the next', async () => {
    const { connection, namespace } = at;
    const never = new AbortController().signal;
    const lease = (identity: string) => new Lease({ client: connection.urgent, namespace, name: 'leader', identity });
    const first = await lease('one').acquire(never);
    const second = lease('two').acquire(never);
    await first.release();
    const held = await second;
    const object = await at.client.get({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      namespace,
      name: 'leader',
    });
    expect(object['spec']).toMatchObject({ holderIdentity: 'two', leaseTransitions: 1 });
    await held.release();
  });
}

/** Creates, changes and deletes at once. */
async function churn(client: WatchingClient, namespace: string, round: number): Promise<void> {
  const names = Array.from({ length: 6 }, (_, i) => `r${round}-${i}`);
  await Promise.all(names.map((name) => client.create(config(namespace, name))));
  const [gone, ...kept] = names;
  await Promise.all([
    client.delete(refTo(namespace, gone ?? '')),
    ...kept.map((name) => client.patch(refTo(namespace, name), 'merge', { data: { round: String(round) } })),
  ]);
}

function same(a: readonly KubeObject[], b: readonly KubeObject[]): boolean {
  const [left, right] = [versions(a), versions(b)];
  return a.length === b.length && Object.entries(left).every(([name, version]) => right[name] === version);
}
