import { randomUUID } from 'node:crypto';
import { timestamp } from './object.ts';
import type { Store } from './store/store.ts';

const namespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** Makes the objects that every cluster has, as far as they are missing. */
export function bootstrap(store: Store, now: Date): void {
  for (const name of namespaces) {
    const key = `/core/namespaces/${name}`;
    if (store.get(key) !== undefined) continue;
    store.put(key, (rev) =>
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: {
          name,
          uid: randomUUID(),
          resourceVersion: String(rev),
          creationTimestamp: timestamp(now),
          labels: { 'kubernetes.io/metadata.name': name },
        },
        spec: { finalizers: ['kubernetes'] },
        status: { phase: 'Active' },
      }),
    );
  }
}
