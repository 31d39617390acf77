import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../core/fake-clock.ts';
import { silent } from '../../core/log.ts';
import type { KubeObject } from '../../core/resource.ts';
import { LiveObjects } from './objects.ts';
import { FakeCluster } from './testing.ts';
import { type Looker, Watches } from './watches.ts';

const { signal } = new AbortController();
const configMap = (name: string, labels = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop', uid: name, labels },
  data: { tick: '0' },
});
const ref = (name: string, kind = 'ConfigMap') => ({ apiVersion: 'v1', kind, namespace: 'shop', name });

function setUp() {
  const cluster = new FakeCluster();
  const clock = new FakeClock();
  const changed: string[] = [];
  const watches = new Watches(cluster.client(), silent, () => {}, clock);
  const keep = ({ apiVersion, kind, metadata }: KubeObject): KubeObject => ({ apiVersion, kind, metadata });
  const view = { name: 'metadata', keep };
  const live = new LiveObjects(watches, cluster.client(), view, (of) => changed.push(`${of.kind} ${of.name}`));
  const looker: Looker = {
    namespace: 'shop',
    serviceAccount: 'runner',
    used: new Set<string>(),
    key: { kind: 'Service', namespace: 'shop', name: 'api' },
  };
  const wait = async <T>(answer: Promise<T>): Promise<T> => {
    await clock.advance(100);
    return answer;
  };
  return { cluster, clock, changed, live, looker, wait };
}

describe('live objects', () => {
  it('are read by name, and not there when they are not', async () => {
    const { cluster, live, looker, wait } = setUp();
    cluster.put(configMap('a'));
    expect(await wait(live.get(looker, ref('a'), signal))).toMatchObject({
      ok: true,
      value: { metadata: { name: 'a' } },
    });
    expect(await wait(live.get(looker, ref('b'), signal))).toEqual({ ok: true, value: undefined });
    expect(cluster.asked).toHaveLength(2);
  });

  it('ring when what is kept of them changes, not at every version', async () => {
    const { cluster, clock, changed, live, looker, wait } = setUp();
    cluster.put(configMap('a'));
    await wait(live.get(looker, ref('a'), signal));
    cluster.put({ ...configMap('a'), data: { tick: '1' } });
    await clock.advance(0);
    expect(changed).toEqual([]);
    cluster.put(configMap('a', { new: 'label' }));
    await clock.advance(0);
    expect(changed).toEqual(['ConfigMap a']);
  });

  it('of a cluster-scoped kind are placed without a namespace, and watched one by one', async () => {
    const { cluster, live, looker, wait } = setUp();
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', namespace: 'shop', name: 'r' };
    expect(await live.place(role)).not.toHaveProperty('namespace');
    expect(await live.place(ref('a'))).toHaveProperty('namespace', 'shop');
    await wait(live.get(looker, role, signal));
    expect(cluster.asked[0]).toBe('list ClusterRole ');
  });

  it('of a kind that the cluster does not know cannot be', async () => {
    const { live, looker } = setUp();
    const answer = await live.get(looker, ref('a', 'Unknown'), signal);
    expect(answer).toMatchObject({ ok: false, failure: { reason: 'UnknownKind' } });
    expect(await live.place(ref('a', 'Unknown'))).toEqual(ref('a', 'Unknown'));
  });

  it('are selected by labels', async () => {
    const { cluster, live, looker, wait } = setUp();
    cluster.put(configMap('a', { app: 'api', tier: 'one' }));
    cluster.put(configMap('b', { app: 'web' }));
    const of = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop' };
    const found = await wait(live.selected(looker, of, { app: 'api' }, signal));
    expect(found.map(({ metadata }) => metadata.name)).toEqual(['a']);
  });
});
