import { isDeepStrictEqual } from 'node:util';
import { keyOf, type Ring } from '../core/key.ts';
import { controllerOf, type KubeObject } from '../core/resource.ts';
import type { Caches } from './caches.ts';
import { isGoing } from './changes.ts';

/** Parts of what rings objects that the kinds have in common. */

/** Ends what was begun. */
export type Stop = () => void;

export function stopAll(...stops: readonly Stop[]): Stop {
  return () => {
    for (const stop of stops) stop();
  };
}

/** Rings the owners of this kind for their Jobs and what becomes of the Jobs' pods. */
export function ringForJobs({ jobs, pods }: Pick<Caches, 'jobs' | 'pods'>, kind: string, ring: Ring): Stop {
  return stopAll(
    jobs.onChange((before, after) => {
      // Our tidying up behind a Job is no news of it.
      const same = before !== undefined && after !== undefined && !isGoing(before, after);
      if (!same || !isDeepStrictEqual(before['status'], after['status'])) ringOwner(after ?? before, kind, ring);
    }),
    pods.onChange((before, after) => {
      const { namespace = '', labels } = (after ?? before)?.metadata ?? {};
      const name = labels?.['batch.kubernetes.io/job-name'];
      if (name !== undefined) ringOwner(jobs.get({ namespace, name }), kind, ring);
    }),
  );
}

function ringOwner(object: KubeObject | undefined, kind: string, ring: Ring): void {
  const owner = object && controllerOf(object);
  if (owner?.kind !== kind) return;
  ring({ kind, namespace: object?.metadata.namespace ?? '', name: owner.name });
}

/** Rings the objects of a namespace when its end begins. */
export function ringForNamespaces(namespaces: Caches['namespaces'], objects: Caches['services'], ring: Ring): Stop {
  return namespaces.onChange((before, after) => {
    if (!isGoing(before, after)) return;
    for (const object of objects.by('namespace', (after ?? before)?.metadata.name ?? '')) ring(keyOf(object));
  });
}

/** Rings all objects for each change of a cluster Secret: which of them fill their placeholders from it their passes know. */
export function ringForClusterSecrets(
  secrets: Caches['clusterSecrets'],
  objects: Caches['services'],
  ring: Ring,
): Stop {
  return secrets.onChange(() => {
    for (const object of objects.list()) ring(keyOf(object));
  });
}
