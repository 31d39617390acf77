import { describe, expect, it } from 'vitest';
import { silent } from '../../core/log.ts';
import type { KubeObject } from '../../core/resource.ts';
import { Store } from '../../kube/reflector/store.ts';
import { byOwner, type Caches, owners } from '../caches.ts';
import { graphIndexers } from '../graph.ts';
import { concerned, ringServices, serviceIndexers } from './triggers.ts';

type Spec = { releaseName?: string; needs?: string[] };

const service = (name: string, { releaseName = name, needs = [] }: Spec = {}, more = {}, status = {}): KubeObject => ({
  apiVersion: 'alustan.io/v1alpha1',
  kind: 'Service',
  metadata: { name, namespace: 'shop', uid: name, generation: 1, ...more },
  spec: { source: { releaseName }, dependencies: { service: needs } },
  status,
});
const ready = (status: string) => ({ state: 'x', conditions: [{ type: 'Ready', status }] });

/** Caches that a test fills by hand. */
function setUp(...services: KubeObject[]) {
  let version = 0;
  const cache = (indexers = {}) => {
    const store = new Store(indexers, silent);
    const put = (object: KubeObject) => {
      version += 1;
      store.put({ ...object, metadata: { ...object.metadata, resourceVersion: String(version) } });
    };
    const onChange = store.subscribe.bind(store);
    return {
      put,
      onChange,
      delete: store.delete.bind(store),
      list: () => store.list(),
      get: store.get.bind(store),
      by: store.by.bind(store),
    };
  };
  const caches = {
    services: cache(serviceIndexers),
    terraforms: cache(graphIndexers),
    jobs: cache({ [byOwner]: owners }),
    pods: cache(),
    clusterSecrets: cache(),
    namespaces: cache(),
  };
  for (const object of services) caches.services.put(object);
  const rung = new Set<string>();
  ringServices(caches as unknown as Caches, (key) => rung.add(key.name));
  rung.clear();
  return { caches, rung: () => [...rung].sort() };
}

const chain = () => [
  service('db'),
  service('api', { needs: ['db'] }),
  service('web', { needs: ['api'] }),
  service('other', { releaseName: 'api' }),
];

describe('a Service is rung', () => {
  it.each([
    [
      'by its own new spec, with all that it concerns',
      service('api', { needs: ['db'] }, { generation: 2 }),
      ['api', 'db', 'other', 'web'],
    ],
    [
      'by its annotations, alone',
      service('api', { needs: ['db'] }, { annotations: { 'alustan.io/retry': '1' } }),
      ['api'],
    ],
    ['not by a finalizer of ours', service('api', { needs: ['db'] }, { finalizers: ['f'] }), []],
    [
      'by what it depends on, when that turns healthy, and not by what depends on it',
      service('api', { needs: ['db'] }, {}, ready('True')),
      ['web'],
    ],
    ['not by words of a status', service('api', { needs: ['db'] }, {}, { message: 'words' }), []],
    [
      'when another lets go of its release',
      service('other', { releaseName: 'new' }, { generation: 2 }),
      ['api', 'other'],
    ],
  ])('%s', (_what, change, expected) => {
    const { caches, rung } = setUp(...chain());
    caches.services.put(change);
    expect(rung()).toEqual(expected);
  });

  it('when its finalizer is taken away by somebody', () => {
    const { caches, rung } = setUp(service('api', {}, { finalizers: ['f'] }));
    caches.services.put(service('api'));
    expect(rung()).toEqual(['api']);
  });

  it('E9 when a dependent is gone', () => {
    const { caches, rung } = setUp(...chain());
    caches.services.delete({ namespace: 'shop', name: 'web' });
    expect(rung()).toEqual(['api', 'web']);
  });

  it('by its Job, but not when we tidy up behind it', () => {
    const { caches, rung } = setUp(service('api'));
    const owner = { apiVersion: 'alustan.io/v1alpha1', kind: 'Service', name: 'api', uid: 'api', controller: true };
    const metadata = { name: 'api-1', namespace: 'shop', uid: 'j', ownerReferences: [owner] };
    const job = { apiVersion: 'batch/v1', kind: 'Job', metadata, status: { active: 1 } };
    caches.jobs.put({ ...job, metadata: { ...metadata, annotations: { 'alustan.io/input-secrets': '1' } } });
    expect(rung()).toEqual(['api']);
    const again = setUp(service('api'));
    again.caches.jobs.put({ ...job, metadata: { ...metadata, annotations: { a: 'b' } } });
    const before = again.rung().length;
    again.caches.jobs.put(job);
    expect(again.rung()).toHaveLength(before);
  });

  it('by cluster Secrets, all of them', () => {
    const { caches, rung } = setUp(...chain());
    caches.clusterSecrets.put({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', namespace: 'alustan', uid: 's' },
    });
    expect(rung()).toEqual(['api', 'db', 'other', 'web']);
  });

  it('E10 by the end of its namespace, not by its beginning', () => {
    const { caches, rung } = setUp(service('api'));
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', uid: 'n' } };
    caches.namespaces.put(namespace);
    expect(rung()).toEqual([]);
    caches.namespaces.put({ ...namespace, metadata: { ...namespace.metadata, deletionTimestamp: 'now' } });
    expect(rung()).toEqual(['api']);
  });
});

it.each([
  ['api', 'what it needs, what lists it, and who wants its release', ['db', 'other', 'web']],
  ['web', 'what it needs, near and far', ['api', 'db']],
  ['db', 'what lists it, not what lists that', ['api']],
])('E8 of all Services of the namespace, the plan of %s reads %s', (name, _what, expected) => {
  const { caches } = setUp(...chain(), service('stranger'));
  const self = caches.services.get({ namespace: 'shop', name });
  expect(self).toBeDefined();
  const found = concerned(caches as unknown as Caches, self as KubeObject).map(({ metadata }) => metadata.name);
  expect(found.sort()).toEqual(expected);
});
