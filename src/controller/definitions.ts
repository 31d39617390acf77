import { trueCondition } from '../core/condition.ts';
import { keyOf, type Ring } from '../core/key.ts';
import type { KubeObject } from '../core/resource.ts';
import type { Caches } from './caches.ts';
import type { Stop } from './triggers.ts';

/**
 * Rings what is not ready when the cluster learns or forgets a kind: a manifest of a kind that was not known may be
 * applied now, and objects of a kind that is no more are gone.
 */
export function ringForDefinitions(caches: Caches, ring: Ring): Stop {
  return caches.definitions.onChange((before, after) => {
    if (isServed(before) === isServed(after)) return;
    for (const cache of [caches.repositories, caches.terraforms, caches.services]) {
      for (const object of cache.list()) if (trueCondition(object, 'Ready') === undefined) ring(keyOf(object));
    }
  });
}

function isServed(definition: KubeObject | undefined): boolean {
  return definition?.['established'] === true;
}
