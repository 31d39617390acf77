import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { Access } from './access.ts';

export type InCluster = Readonly<{
  /** KUBERNETES_SERVICE_HOST. */
  host: string;
  /** KUBERNETES_SERVICE_PORT. */
  port: string;
  /** Folder of the mounted ServiceAccount; the kubelet renews token and CA there. */
  folder?: string;
}>;

/** Access as the pod's own ServiceAccount. */
export async function inClusterAccess({
  host,
  port,
  folder = '/var/run/secrets/kubernetes.io/serviceaccount',
}: InCluster): Promise<Access> {
  const namespace = (await readFile(join(folder, 'namespace'), 'utf8')).trim();
  return {
    server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    namespace,
    async credentials() {
      const token = (await readFile(join(folder, 'token'), 'utf8')).trim();
      return { headers: { authorization: `Bearer ${token}` }, tls: { ca: await readFile(join(folder, 'ca.crt')) } };
    },
    forget() {},
  };
}
