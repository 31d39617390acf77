import type { KubeObject } from '../../core/resource.ts';
import { type Action, decide } from '../cluster/action.ts';
import { kinds } from '../cluster/kinds.ts';
import { isTerminating } from '../cluster/pods.ts';
import type { Wiring } from './controller.ts';

const rootCa = 'kube-root-ca.crt';
const caDescription =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** What every namespace has: the ServiceAccount `default` and the certificate of the API's authority. */
export function planNamespaceContents(
  namespace: KubeObject,
  account: KubeObject | undefined,
  certificate: KubeObject | undefined,
  ca: string,
): Action[] {
  if (isTerminating(namespace)) return [];
  const actions: Action[] = [];
  const metadata = (name: string) => ({ name, namespace: namespace.metadata.name });
  if (account === undefined) {
    const object = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata('default') };
    actions.push({ do: 'create', object, orExists: true });
  }
  const data = { 'ca.crt': ca };
  if (certificate === undefined) {
    const annotations = { 'kubernetes.io/description': caDescription };
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...metadata(rootCa), annotations }, data };
    actions.push({ do: 'create', object, orExists: true });
  } else if ((certificate['data'] as { 'ca.crt'?: string } | undefined)?.['ca.crt'] !== ca) {
    actions.push({ do: 'patch', object: certificate, patch: { data } });
  }
  return actions;
}

/** Wakes a namespace when what it must have has changed or gone. */
export function namespaceContents(ca: string): Wiring<KubeObject> {
  const named = (name: string) => (object: KubeObject) =>
    object.metadata.name === name ? [object.metadata.namespace ?? ''] : [];
  return {
    name: 'serviceaccount-controller',
    kind: kinds.namespace,
    wakes: [
      { kind: kinds.serviceAccount, keys: named('default') },
      { kind: kinds.configMap, keys: named(rootCa) },
    ],
    plan: (namespace, world) => {
      const at = (name: string) => ({ namespace: namespace.metadata.name, name });
      const account = world.shelf(kinds.serviceAccount).get(at('default'));
      return decide(planNamespaceContents(namespace, account, world.shelf(kinds.configMap).get(at(rootCa)), ca));
    },
  };
}
