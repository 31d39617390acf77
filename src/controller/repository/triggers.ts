import { keyOf, type Ring } from '../../core/key.ts';
import type { KubeObject } from '../../core/resource.ts';
import type { Caches } from '../caches.ts';
import { concernsItself } from '../changes.ts';
import { ringForNamespaces, type Stop, stopAll } from '../triggers.ts';

/** Rings Repositories for their own changes and for the end of their namespace. */
export function ringRepositories({ repositories, namespaces }: Caches, ring: Ring): Stop {
  return stopAll(
    repositories.onChange((before, after) => {
      if (concernsItself(before, after)) ring(keyOf((after ?? before) as KubeObject));
    }),
    ringForNamespaces(namespaces, repositories, ring),
  );
}
