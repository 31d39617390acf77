import { randomUUID } from 'node:crypto';
import { bootstrapRoles } from './auth/bootstrap-roles.ts';
import { type ApiObject, dig, equalJson, type Json, put, textOf, timestamp } from './object.ts';
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

/** The Service by which pods find the API: it moves with the port of the server. */
export function bootstrapService(store: Store, now: Date, port: number): void {
  const key = '/core/services/default/kubernetes';
  const ports = [{ name: 'https', port: 443, protocol: 'TCP', targetPort: port }];
  const present = store.get(key);
  if (present !== undefined) {
    const object = JSON.parse(present.value) as ApiObject;
    if (equalJson(dig(object, 'spec', 'ports'), ports)) return;
    put(object, ['spec', 'ports'], ports);
    store.put(key, (rev) => {
      object.metadata.resourceVersion = String(rev);
      return JSON.stringify(object);
    });
    return;
  }
  make(store, key, now, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      clusterIP: '10.96.0.1',
      clusterIPs: ['10.96.0.1'],
      internalTrafficPolicy: 'Cluster',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      ports,
      sessionAffinity: 'None',
      type: 'ClusterIP',
    },
    status: { loadBalancer: {} },
  });
}

function make(store: Store, key: string, now: Date, object: Json): void {
  if (store.get(key) !== undefined) return;
  const metadata = { ...(object['metadata'] as Json), uid: randomUUID(), creationTimestamp: timestamp(now) };
  store.put(key, (rev) => JSON.stringify({ ...object, metadata: { ...metadata, resourceVersion: String(rev) } }));
}
