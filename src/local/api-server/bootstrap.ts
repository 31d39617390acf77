import { randomUUID } from 'node:crypto';
import { bootstrapRoles } from './auth/bootstrap-roles.ts';
import { type ApiObject, type Json, textOf, timestamp } from './object.ts';
import type { Store } from './store/store.ts';

const namespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** Makes the objects that every cluster has, as far as they are missing. */
export function bootstrap(store: Store, now: Date): void {
  for (const name of namespaces) {
    make(store, `/core/namespaces/${name}`, now, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    });
  }
  for (const object of bootstrapRoles) {
    const { name } = object['metadata'] as ApiObject['metadata'];
    make(store, `/rbac.authorization.k8s.io/${textOf(object['kind']).toLowerCase()}s/${name}`, now, object);
  }
}

function make(store: Store, key: string, now: Date, object: Json): void {
  if (store.get(key) !== undefined) return;
  const metadata = { ...(object['metadata'] as Json), uid: randomUUID(), creationTimestamp: timestamp(now) };
  store.put(key, (rev) => JSON.stringify({ ...object, metadata: { ...metadata, resourceVersion: String(rev) } }));
}
