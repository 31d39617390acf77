import type { Json } from '../object.ts';

/** A kubeconfig of one cluster, one user and one context. */
export function kubeconfig(url: string, caPem: string, token: string): Json {
  const name = 'alustan-local';
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: url, 'certificate-authority-data': Buffer.from(caPem).toString('base64') } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name, context: { cluster: name, user: 'admin' } }],
    'current-context': name,
  };
}
