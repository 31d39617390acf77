import { describe, expect, it } from 'vitest';
import { keyOf } from '../core/key.ts';
import { silent } from '../core/log.ts';
import type { KubeObject } from '../core/resource.ts';
import { Store } from '../kube/reflector/store.ts';
import { type Graph, graphIndexers, neighbours, related } from './graph.ts';

type Needs = { service?: (string | { name: string })[]; terraform?: string[] };

const object = (kind: string, name: string, dependencies: Needs = {}, more = {}, status = {}): KubeObject => ({
  apiVersion: 'alustan.io/v1alpha1',
  kind,
  spec: { dependencies },
  status,
  metadata: { name, namespace: 'shop', uid: `${kind} ${name}`, generation: 1, ...more },
});
const ready = { conditions: [{ type: 'Ready', status: 'True' }] };

/** network ← cluster (Terraform) ← api ← web (Service); a Service and a Terraform share the name `api`. */
const objects = [
  object('Terraform', 'network'),
  object('Terraform', 'cluster', { terraform: ['network'] }),
  object('Terraform', 'api'),
  object('Service', 'api', { terraform: ['cluster'] }),
  object('Service', 'web', { service: [{ name: 'api' }] }),
];

function graphOf(all: readonly KubeObject[]): Graph {
  const [services, terraforms] = ['Service', 'Terraform'].map((kind) => {
    const store = new Store(graphIndexers, silent);
    for (const item of all) if (item.kind === kind) store.put(item);
    return store;
  });
  return { services, terraforms } as unknown as Graph;
}

const graph = graphOf(objects.map((item) => ({ ...item, metadata: { ...item.metadata, resourceVersion: '1' } })));
const find = (kind: string, name: string) => objects.find((item) => item.kind === kind && item.metadata.name === name);
const words = (keys: Iterable<{ kind: string; name: string }>) =>
  [...new Set([...keys].map(({ kind, name }) => `${kind} ${name}`))].sort();

describe('E8 E9 Services and Terraforms in one graph', () => {
  it.each([
    ['Service', 'web', ['Service api', 'Terraform cluster', 'Terraform network']],
    ['Service', 'api', ['Service web', 'Terraform cluster', 'Terraform network']],
    ['Terraform', 'cluster', ['Service api', 'Terraform network']],
    ['Terraform', 'network', ['Terraform cluster']],
    ['Terraform', 'api', []],
  ])('the plan of %s %s reads what it needs, near and far, and what needs it', (kind, name, expected) => {
    const found = related(graph, find(kind, name) as KubeObject);
    expect(words([...found].map(keyOf))).toEqual(expected);
  });

  const cluster = find('Terraform', 'cluster');
  it.each<[string, KubeObject | undefined, KubeObject | undefined, string[]]>([
    [
      'turns healthy: dependents',
      cluster,
      object('Terraform', 'cluster', { terraform: ['network'] }, {}, ready),
      ['Service api'],
    ],
    [
      'says something else: nobody',
      cluster,
      object('Terraform', 'cluster', { terraform: ['network'] }, {}, { message: 'x' }),
      [],
    ],
    ['is gone: what it needed, too', cluster, undefined, ['Service api', 'Service web', 'Terraform network']],
    [
      'needs something else: all that may be on a cycle with it',
      cluster,
      object('Terraform', 'cluster', { service: ['db'] }, { generation: 2 }),
      ['Service api', 'Service db', 'Service web', 'Terraform network'],
    ],
    ['was never there: nobody', undefined, undefined, []],
  ])('who hears when a Terraform %s', (_what, before, after, expected) => {
    expect(words(neighbours(graph, before, after))).toEqual(expected);
  });
});
