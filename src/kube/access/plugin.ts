import type { KubeConfig } from '@kubernetes/client-node';
import type { Credentials } from './access.ts';
import type { Cluster, User } from './config-types.ts';

export type PluginUser = Readonly<{ name: string; cluster: Cluster; user: User; root: string }>;

/** Credentials by an exec plugin or an auth provider, run and kept by client-node. */
export function pluginCredentials(of: PluginUser): Readonly<{ get(): Promise<Credentials>; forget(): void }> {
  let config: KubeConfig | undefined;
  return {
    async get() {
      config ??= await load(of);
      const options: { headers?: Record<string, string>; cert?: string | Buffer; key?: string | Buffer } = {};
      await config.applyToHTTPSOptions(options);
      const authorization = options.headers?.['Authorization'];
      return {
        headers: authorization === undefined ? {} : { authorization },
        tls: { ...(options.cert ? { cert: options.cert } : {}), ...(options.key ? { key: options.key } : {}) },
      };
    },
    // A new KubeConfig: it has no other way to drop a token that the server refuses before its time.
    forget() {
      config = undefined;
    },
  };
}

async function load({ name, cluster, user, root }: PluginUser): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  // Only the user matters here; https keeps client-node from refusing a plain http server.
  const clusters = [{ name: 'cluster', cluster: { server: 'https://cluster.invalid' } }];
  const users = [{ name, user: { ...user, ...(user.exec ? { exec: withClusterInfo(user.exec, cluster) } : {}) } }];
  const contexts = [{ name: 'context', context: { cluster: 'cluster', user: name } }];
  config.loadFromString(JSON.stringify({ clusters, users, contexts, 'current-context': 'context' }));
  config.makePathsAbsolute(root);
  return config;
}

/** KUBERNETES_EXEC_INFO, which plugins expect (client-go's contract) and client-node does not set. */
function withClusterInfo(exec: Readonly<Record<string, unknown>>, cluster: Cluster): Record<string, unknown> {
  const info = {
    kind: 'ExecCredential',
    apiVersion: exec['apiVersion'],
    spec: {
      interactive: false,
      ...(exec['provideClusterInfo']
        ? {
            cluster: {
              server: cluster.server,
              'certificate-authority-data': cluster['certificate-authority-data'],
              'insecure-skip-tls-verify': cluster['insecure-skip-tls-verify'],
              'tls-server-name': cluster['tls-server-name'],
            },
          }
        : {}),
    },
  };
  const env = Array.isArray(exec['env']) ? exec['env'] : [];
  return { ...exec, env: [...env, { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }] };
}
