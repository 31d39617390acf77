import { jobLabels, ownerLabel } from '../../apply/job-shape.ts';
import type { Key } from '../../core/key.ts';
import { isAlive } from '../../core/pod.ts';
import type { KubeObject } from '../../core/resource.ts';
import type { Caches } from '../caches.ts';
import { concernsItself, isGoing } from '../changes.ts';
import { graphIndexers, keyOf, neighbours } from '../graph.ts';
import { ringForJobs } from '../service/triggers.ts';

/** Index: Terraforms by what their runs have in the label of the owner's name, as `namespace/label`. */
const byLabel = 'owner-label';

/** The indexes that the cache of Terraforms needs for `ringTerraforms`. */
export const terraformIndexers = {
  ...graphIndexers,
  [byLabel]: ({ metadata: { namespace = '', name } }: KubeObject) => [`${namespace}/${ownerLabel(name)}`],
};

/**
 * Rings Terraforms for what happens in the cluster: their own changes, their Jobs, cluster Secrets, namespaces; and what
 * has to do with them in the graph of dependencies.
 *
 * @returns how to stop.
 */
export function ringTerraforms(caches: Caches, ring: (key: Key) => void): () => void {
  const { terraforms, jobs, pods, clusterSecrets, namespaces } = caches;
  const stops = [
    terraforms.onChange((before, after) => {
      if (concernsItself(before, after)) ring(keyOf((after ?? before) as KubeObject));
      for (const key of neighbours(caches, before, after)) ring(key);
    }),
    ringForJobs(jobs, pods, 'Terraform', ring),
    // A pod whose Job is gone, or is another object's, may be the last thing that is waited for.
    pods.onChange((before, after) => {
      if (before !== undefined && isAlive(before) && (after === undefined || !isAlive(after))) {
        ringNamed(caches, before, ring);
      }
    }),
    clusterSecrets.onChange(() => {
      for (const object of terraforms.list()) ring(keyOf(object));
    }),
    namespaces.onChange((before, after) => {
      if (!isGoing(before, after)) return;
      for (const object of terraforms.by('namespace', (after ?? before)?.metadata.name ?? '')) ring(keyOf(object));
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function ringNamed({ terraforms }: Caches, { metadata }: KubeObject, ring: (key: Key) => void): void {
  const { namespace = '', labels = {} } = metadata;
  for (const object of terraforms.by(byLabel, `${namespace}/${labels[jobLabels.name]}`)) ring(keyOf(object));
}
