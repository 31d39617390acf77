import type { KubeObject } from './resource.ts';

/** The name of one object of one of our kinds: all that a trigger rings and the queue holds. */
export type Key = Readonly<{ kind: string; namespace: string; name: string }>;

/** Asks for a pass over an object: a name and nothing else, so that duplicates collapse. */
export type Ring = (key: Key) => void;

export function keyOf({ kind, metadata: { namespace = '', name } }: Pick<KubeObject, 'kind' | 'metadata'>): Key {
  return { kind, namespace, name };
}

/** One line for logs and maps, for example `Service/shop/api-service`. Kubernetes names hold no slash, so it is unique. */
export function formatKey(key: Key): string {
  return `${key.kind}/${key.namespace}/${key.name}`;
}
