import type { Key } from '../../core/key.ts';
import type { KubeObject } from '../../core/resource.ts';
import type { Caches } from '../caches.ts';
import { concernsItself, isGoing } from '../changes.ts';

/**
 * Rings Repositories for their own changes and for the end of their namespace.
 *
 * @returns how to stop.
 */
export function ringRepositories({ repositories, namespaces }: Caches, ring: (key: Key) => void): () => void {
  const stops = [
    repositories.onChange((before, after) => {
      if (concernsItself(before, after)) ring(repositoryKey((after ?? before) as KubeObject));
    }),
    namespaces.onChange((before, after) => {
      if (!isGoing(before, after)) return;
      const inside = repositories.by('namespace', (after ?? before)?.metadata.name ?? '');
      for (const repository of inside) ring(repositoryKey(repository));
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

export function repositoryKey({ metadata: { namespace = '', name } }: Pick<KubeObject, 'metadata'>): Key {
  return { kind: 'Repository', namespace, name };
}
