/** The name of one object of one of our kinds: all that a trigger rings and the queue holds. */
export type Key = Readonly<{ kind: string; namespace: string; name: string }>;

/** One line for logs and maps, for example `Service/shop/api-service`. Kubernetes names hold no slash, so it is unique. */
export function formatKey(key: Key): string {
  return `${key.kind}/${key.namespace}/${key.name}`;
}
