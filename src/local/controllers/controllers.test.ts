import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../core/resource.ts';
import { openStage, type Stage } from '../cluster/testing.ts';

const labels = { app: 'web' };
const containers = [{ name: 'web', image: 'nginx:1' }];
const selector = { matchLabels: labels };
const template = { metadata: { labels }, spec: { containers } };

function deployment(namespace: string): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace },
    spec: { replicas: 2, selector, template },
  };
}

const namespaceOf = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
const configMap = (namespace: string, name: string, more: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace, name, ...more },
});
const status = (object: KubeObject): Record<string, unknown> => (object['status'] ?? {}) as Record<string, unknown>;
const inNamespace = (namespace: string, apiVersion: string, kind: string, name: string) => ({
  apiVersion,
  kind,
  namespace,
  name,
});

/** Whether the status is of the present generation and holds these values. */
function isDone(object: KubeObject, values: Readonly<Record<string, number>>): boolean {
  const now = status(object);
  if (now['observedGeneration'] !== object.metadata.generation) return false;
  return Object.entries(values).every(([field, value]) => now[field] === value);
}

const widgets: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.org' },
  spec: {
    group: 'example.org',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
};

describe('controllers on the embedded API', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
    await stage.controllers();
    await stage.node();
  }, 60_000);
  afterAll(() => stage.close());

  it('a namespace gets its ServiceAccount and the certificate of the API', async () => {
    await stage.apply(namespaceOf('fresh'));
    await stage.until(inNamespace('fresh', 'v1', 'ServiceAccount', 'default'), () => true);
    const ca = await stage.until(inNamespace('fresh', 'v1', 'ConfigMap', 'kube-root-ca.crt'), () => true);
    expect(ca['data']).toMatchObject({ 'ca.crt': expect.stringContaining('BEGIN CERTIFICATE') });
  });

  it('a Deployment becomes available, its Service gets endpoints, a new image is rolled out, all go with it', async () => {
    await stage.apply(namespaceOf('roll'), deployment('roll'));
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'roll' },
      spec: { selector: labels, ports: [{ port: 80 }] },
    };
    await stage.apply(service);
    const reference = inNamespace('roll', 'apps/v1', 'Deployment', 'web');
    await stage.until(reference, (object) => status(object)['availableReplicas'] === 2);
    await stage.until(
      inNamespace('roll', 'v1', 'Endpoints', 'web'),
      (object) => (object['subsets'] as { addresses?: unknown[] }[] | undefined)?.[0]?.addresses?.length === 2,
    );

    const image = [{ op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'nginx:2' }];
    await stage.client.patch(reference, 'json', image);
    const done = { replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
    const rolled = await stage.until(reference, (object) => isDone(object, done));
    expect(rolled.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('2');

    await stage.client.delete(reference, { propagation: 'Foreground' });
    await stage.gone(reference);
    const left = await stage.client.list({ apiVersion: 'apps/v1', kind: 'ReplicaSet' }, { namespace: 'roll' });
    expect(left.items).toEqual([]);
  });

  it('garbage: custom resources own and are owned, of kinds that came later too', async () => {
    await stage.apply(namespaceOf('gc'), widgets);
    await stage.until(
      { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: 'widgets.example.org' },
      (crd) => ((status(crd)['conditions'] ?? []) as { type: string }[]).some(({ type }) => type === 'Established'),
    );
    const owner = await stage.client.create({
      apiVersion: 'example.org/v1',
      kind: 'Widget',
      metadata: { name: 'w', namespace: 'gc' },
    });
    const ownerReferences = [
      { apiVersion: 'example.org/v1', kind: 'Widget', name: 'w', uid: owner.metadata.uid ?? '' },
    ];
    await stage.apply(configMap('gc', 'owned', { ownerReferences }));
    await stage.client.delete(inNamespace('gc', 'example.org/v1', 'Widget', 'w'));
    await stage.gone(inNamespace('gc', 'v1', 'ConfigMap', 'owned'));
  });

  it('garbage: what is orphaned stays and forgets its owner', async () => {
    await stage.apply(namespaceOf('orphans'), deployment('orphans'));
    const reference = inNamespace('orphans', 'apps/v1', 'Deployment', 'web');
    await stage.until(reference, (object) => status(object)['availableReplicas'] === 2);
    await stage.client.delete(reference, { propagation: 'Orphan' });
    await stage.gone(reference);
    const [set] = (await stage.client.list({ apiVersion: 'apps/v1', kind: 'ReplicaSet' }, { namespace: 'orphans' }))
      .items;
    expect(set?.metadata.ownerReferences ?? []).toEqual([]);
  });

  it('garbage: an owner of another uid is no owner', async () => {
    await stage.apply(namespaceOf('impostor'), configMap('impostor', 'owner'));
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: 'of-an-earlier-one' }];
    await stage.apply(configMap('impostor', 'owned', { ownerReferences }));
    await stage.gone(inNamespace('impostor', 'v1', 'ConfigMap', 'owned'));
  });

  it('a namespace that is deleted says what holds it, and goes when that has gone', async () => {
    await stage.apply(
      namespaceOf('going'),
      deployment('going'),
      configMap('going', 'held', { finalizers: ['example.org/hold'] }),
    );
    await stage.until(
      inNamespace('going', 'apps/v1', 'Deployment', 'web'),
      (object) => status(object)['availableReplicas'] === 2,
    );
    const reference = { apiVersion: 'v1', kind: 'Namespace', name: 'going' };
    await stage.client.delete(reference);
    await stage.until(reference, (object) => {
      const conditions = (status(object)['conditions'] ?? []) as { type: string; message: string }[];
      const remaining = conditions.find(({ type }) => type === 'NamespaceContentRemaining');
      return remaining?.message === 'Some resources are remaining: configmaps. has 1 resource instances';
    });
    await stage.client.patch(inNamespace('going', 'v1', 'ConfigMap', 'held'), 'merge', {
      metadata: { finalizers: null },
    });
    await stage.gone(reference);
  });

  it('a Job that fails is tried as often as it may be, and says why it is over', async () => {
    const annotations = { 'local.alustan.io/exit-code': '1' };
    const spec = {
      backoffLimit: 0,
      template: { metadata: { annotations }, spec: { restartPolicy: 'Never', containers } },
    };
    await stage.apply({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'fails', namespace: 'default' }, spec });
    const done = await stage.until(inNamespace('default', 'batch/v1', 'Job', 'fails'), (job) =>
      JSON.stringify(status(job)).includes('"Failed"'),
    );
    expect(status(done)).toMatchObject({
      failed: 1,
      conditions: [{ type: 'FailureTarget' }, { type: 'Failed', reason: 'BackoffLimitExceeded' }],
    });
    await stage.client.delete(inNamespace('default', 'batch/v1', 'Job', 'fails'), { propagation: 'Background' });
    await stage.gone(inNamespace('default', 'batch/v1', 'Job', 'fails'));
  });
});
