import { describe, expect, it } from 'vitest';
import type { Json } from '../object.ts';
import { dig, mapsOf } from '../object.ts';
import { type Context, configMap, corePath, deployment, uniqueName } from './context.ts';

/** What a write of the status takes and leaves, and the small print of built-in kinds that controllers live by. */
export function statusContract(context: Context): void {
  describe('statuses', () => {
    metadataTests(context);
    valueTests(context);
  });
  describe('bodies that are none of the path', () => wordTests(context));
}

function metadataTests(context: Context): void {
  const path = (plural: string): string => `/apis/apps/v1/namespaces/${context.namespace}/${plural}`;
  const make = async (plural: string, kind: string): Promise<string> => {
    const name = uniqueName('status');
    await context.client.post(path(plural), { ...deployment(name), kind });
    return `${path(plural)}/${name}`;
  };
  const metadata = { labels: { sent: 'yes' }, annotations: { sent: 'yes' }, finalizers: ['example.com/sent'] };

  it.each([
    ['deployments', 'Deployment', undefined],
    ['replicasets', 'ReplicaSet', 'yes'],
  ])('a write of the status of %s takes annotations and finalizers along', async (plural, kind, label) => {
    const object = await make(plural, kind);
    const { status, body } = await context.client.patch(`${object}/status`, 'merge', { metadata });
    const taken = [
      dig(body, 'metadata', 'labels', 'sent'),
      dig(body, 'metadata', 'annotations', 'sent'),
      dig(body, 'metadata', 'finalizers'),
      dig(body, 'metadata', 'generation'),
    ];
    expect([status, ...taken]).toEqual([200, label, 'yes', ['example.com/sent'], 1]);
    await context.client.patch(object, 'merge', { metadata: { finalizers: null } });
  });

  it.each([
    ['deployments', 'Deployment', 2],
    ['replicasets', 'ReplicaSet', 1],
  ])('an annotation of %s is a new generation or not', async (plural, kind, generation) => {
    const object = await make(plural, kind);
    const { body } = await context.client.patch(object, 'merge', { metadata: { annotations: { note: 'new' } } });
    expect(dig(body, 'metadata', 'generation')).toBe(generation);
  });
}

function valueTests(context: Context): void {
  it('times of conditions that nobody set are null', async () => {
    const path = `/apis/batch/v1/namespaces/${context.namespace}/jobs`;
    const name = uniqueName('times');
    const containers = [{ name: 'main', image: 'example.com/app:1' }];
    const spec = { suspend: true, template: { spec: { restartPolicy: 'Never', containers } } };
    await context.client.post(path, { apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec });
    const conditions = [{ type: 'Tested', status: 'True' }];
    await context.client.patch(`${path}/${name}/status`, 'merge', { status: { conditions } });
    const { body } = await context.client.get(`${path}/${name}`);
    const found = mapsOf(dig(body, 'status', 'conditions')).find(({ type }) => type === 'Tested');
    expect(found).toEqual({ ...conditions[0], lastProbeTime: null, lastTransitionTime: null });
  });

  it('the API itself is a Service', async () => {
    const { body } = await context.client.get(corePath('default', 'services', 'kubernetes'));
    expect(dig(body, 'metadata', 'labels')).toEqual({ component: 'apiserver', provider: 'kubernetes' });
    expect(body['spec']).toMatchObject({ clusterIP: '10.96.0.1', ports: [{ name: 'https', port: 443 }] });
  });

  it('an owner must be named in full', async () => {
    const owned = configMap(uniqueName('owned'), {}, { ownerReferences: [{ kind: 'Pod' }] });
    const { status, body } = await context.client.post(corePath(context.namespace, 'configmaps'), owned);
    const fields = mapsOf(dig(body, 'details', 'causes')).map(({ field }) => field);
    expect([status, fields]).toEqual([
      422,
      ['apiVersion', 'name', 'uid'].map((field) => `metadata.ownerReferences.${field}`),
    ]);
  });
}

function wordTests(context: Context): void {
  const rows: [string, string, string][] = [
    [
      'v1',
      'Secret',
      'Secret in version "v1" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion',
    ],
    [
      'v2',
      'ConfigMap',
      'ConfigMap in version "v2" cannot be handled as a ConfigMap: no kind "ConfigMap" is registered for version "v2" in scheme "pkg/runtime/scheme.go:110"',
    ],
    [
      'v1',
      'Foo',
      'Foo in version "v1" cannot be handled as a ConfigMap: no kind "Foo" is registered for version "v1" in scheme "pkg/runtime/scheme.go:110"',
    ],
  ];
  it.each(rows)('%s %s is no ConfigMap', async (apiVersion, kind, message) => {
    const sent = { ...configMap('wrong'), apiVersion, kind };
    const { status, body } = await context.client.post(corePath(context.namespace, 'configmaps'), sent);
    expect([status, body['message']]).toEqual([400, message]);
  });

  const patches: [string, Json, number, string][] = [
    [
      'an item without its merge key',
      { image: 'y' },
      500,
      'map: map[image:y] does not contain declared merge key: name',
    ],
    [
      'a directive that is none',
      { name: 'main', $patch: 'foo' },
      500,
      'unknown patch type: foo in map: map[$patch:foo name:main]',
    ],
  ];
  it.each(patches)('a strategic patch with %s', async (_what, container, code, message) => {
    const name = uniqueName('patched');
    const path = `/apis/apps/v1/namespaces/${context.namespace}/deployments`;
    await context.client.post(path, deployment(name));
    const patch = { spec: { template: { spec: { containers: [container] } } } };
    const { status, body } = await context.client.patch(`${path}/${name}`, 'strategic', patch);
    expect([status, body['message']]).toEqual([code, message]);
  });
}
