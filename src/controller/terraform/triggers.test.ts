import { expect, it } from 'vitest';
import { jobLabels, ownerLabel } from '../../apply/job-shape.ts';
import { silent } from '../../core/log.ts';
import type { KubeObject } from '../../core/resource.ts';
import { Store } from '../../kube/reflector/store.ts';
import { byOwner, type Caches, owners } from '../caches.ts';
import { graphIndexers } from '../graph.ts';
import { ringTerraforms, terraformIndexers } from './triggers.ts';

/** A cache that a test fills by hand. */
class Cache extends Store {
  onChange = this.subscribe.bind(this);
}

it.each([['db'], ['d'.repeat(253)]])('E31 is rung when the last pod of a Job that is gone ends: %s', (name) => {
  const cache = (indexers = {}) => new Cache(indexers, silent);
  const caches = {
    services: cache(graphIndexers),
    terraforms: cache(terraformIndexers),
    jobs: cache({ [byOwner]: owners }),
    pods: cache(),
    clusterSecrets: cache(),
    namespaces: cache(),
  };
  const metadata = { namespace: 'shop', resourceVersion: '1' };
  const terraform = (of: string): KubeObject => {
    return { apiVersion: 'alustan.io/v1alpha1', kind: 'Terraform', metadata: { ...metadata, name: of } };
  };
  const pod = (resourceVersion: string, phase: string): KubeObject => {
    const labels = { [jobLabels.kind]: 'Terraform', [jobLabels.name]: ownerLabel(name) };
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, resourceVersion, name: 'p', labels },
      status: { phase },
    };
  };
  for (const of of [name, 'other']) caches.terraforms.put(terraform(of));
  const rung: string[] = [];
  ringTerraforms(caches as unknown as Caches, (key) => rung.push(key.name));
  rung.length = 0;
  caches.pods.put(pod('1', 'Running'));
  expect(rung).toEqual([]);
  caches.pods.put(pod('2', 'Failed'));
  expect(rung).toEqual([name]);
});
