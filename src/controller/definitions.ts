import type { Key } from '../core/key.ts';
import type { KubeObject } from '../core/resource.ts';
import type { Caches } from './caches.ts';
import { keyOf } from './graph.ts';
import { repositoryKey } from './repository/triggers.ts';
import { serviceKey } from './service/triggers.ts';

/**
 * Rings what is not ready when the cluster learns or forgets a kind: a manifest of a kind that was not known may be
 * applied now, and objects of a kind that is no more are gone.
 *
 * @returns how to stop.
 */
export function ringForDefinitions(caches: Caches, ring: (key: Key) => void): () => void {
  return caches.definitions.onChange((before, after) => {
    if (isServed(before) === isServed(after)) return;
    for (const object of caches.repositories.list()) if (!isReady(object)) ring(repositoryKey(object));
    for (const object of caches.terraforms.list()) if (!isReady(object)) ring(keyOf(object));
    for (const object of caches.services.list()) if (!isReady(object)) ring(serviceKey(object));
  });
}

type WithConditions = { conditions?: { type: string; status: string }[] };

function isServed(definition: KubeObject | undefined): boolean {
  return definition?.['established'] === true;
}

function isReady(object: KubeObject): boolean {
  const { conditions = [] } = (object['status'] ?? {}) as WithConditions;
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}
