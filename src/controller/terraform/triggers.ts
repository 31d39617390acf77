import { jobLabels, ownerLabel } from '../../apply/job-shape.ts';
import { keyOf, type Ring } from '../../core/key.ts';
import { isAlive } from '../../core/pod.ts';
import type { KubeObject } from '../../core/resource.ts';
import type { Caches } from '../caches.ts';
import { concernsItself } from '../changes.ts';
import { graphIndexers, neighbours } from '../graph.ts';
import { ringForClusterSecrets, ringForJobs, ringForNamespaces, type Stop, stopAll } from '../triggers.ts';

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
 */
export function ringTerraforms(caches: Caches, ring: Ring): Stop {
  const { terraforms, pods, clusterSecrets, namespaces } = caches;
  return stopAll(
    terraforms.onChange((before, after) => {
      if (concernsItself(before, after)) ring(keyOf((after ?? before) as KubeObject));
      for (const key of neighbours(caches, before, after)) ring(key);
    }),
    ringForJobs(caches, 'Terraform', ring),
    // A pod whose Job is gone, or is another object's, may be the last thing that is waited for.
    pods.onChange((before, after) => {
      if (before !== undefined && isAlive(before) && (after === undefined || !isAlive(after))) {
        ringNamed(caches, before, ring);
      }
    }),
    ringForClusterSecrets(clusterSecrets, terraforms, ring),
    ringForNamespaces(namespaces, terraforms, ring),
  );
}

function ringNamed({ terraforms }: Caches, { metadata }: KubeObject, ring: Ring): void {
  const { namespace = '', labels = {} } = metadata;
  for (const object of terraforms.by(byLabel, `${namespace}/${labels[jobLabels.name]}`)) ring(keyOf(object));
}
