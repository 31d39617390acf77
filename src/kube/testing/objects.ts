import type { KubeObject } from '../../core/resource.ts';

/** A ConfigMap for tests; `version` is its resourceVersion. */
export function configMap(name: string, version: number, data: Record<string, string> = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'shop', uid: `uid-${name}`, resourceVersion: String(version) },
    data,
  };
}

/** Text of a kubeconfig without credentials. */
export function kubeconfigFor(
  server: string,
  user: Record<string, unknown> = {},
  cluster: Record<string, unknown> = {},
) {
  return JSON.stringify({
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server, ...cluster } }],
    users: [{ name: 'test', user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace: 'shop' } }],
  });
}
