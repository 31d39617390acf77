import { crdOf, kinds } from '../../api/kinds.ts';
import { trueCondition } from '../../core/condition.ts';
import type { KubeObject } from '../../core/resource.ts';
import type { WatchingClient } from '../../kube/client.ts';
import { Reflector } from '../../kube/reflector/reflector.ts';

const type = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };

/** The definitions of our kinds, as this program knows them. */
export function definitions(): KubeObject[] {
  return kinds.map(crdOf);
}

/**
 * Brings the cluster's definitions of our kinds up to date, and waits until each is served. Rejects with KubeError, and
 * with the signal's reason.
 */
export async function applyDefinitions(client: WatchingClient, signal: AbortSignal): Promise<void> {
  for (const definition of definitions()) {
    const reference = { ...type, name: definition.metadata.name };
    const options = { fieldManager: 'alustan', force: true };
    await client.patch(reference, 'apply', definition, options, signal);
    await until(
      client,
      { ...type, fieldSelector: `metadata.name=${reference.name}` },
      ([one]) => isServed(one),
      signal,
    );
  }
}

type What = Readonly<{
  apiVersion: string;
  kind: string;
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
}>;

/** Resolves when the objects are as `when` says. Rejects with the signal's reason. */
export async function until(
  client: WatchingClient,
  { apiVersion, kind, ...which }: What,
  when: (objects: readonly KubeObject[]) => boolean,
  signal: AbortSignal,
): Promise<void> {
  const cache = new Reflector({ client, type: { apiVersion, kind }, ...which }).start();
  const done = Promise.withResolvers<void>();
  const giveUp = () => done.reject(signal.reason);
  const look = () => {
    if (when(cache.list())) done.resolve();
  };
  signal.addEventListener('abort', giveUp, { once: true });
  if (signal.aborted) giveUp();
  const leave = cache.onChange(look);
  cache.synced.then(look, () => {});
  try {
    await done.promise;
  } finally {
    leave();
    signal.removeEventListener('abort', giveUp);
    await cache.stop();
  }
}

function isServed(definition: KubeObject | undefined): boolean {
  return definition !== undefined && trueCondition(definition, 'Established') !== undefined;
}
