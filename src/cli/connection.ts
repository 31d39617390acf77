import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Connection, ConnectOptions } from '../kube/connect.ts';
import { UsageError } from './context.ts';

/**
 * Finds the cluster as kubectl does: `--kubeconfig`, then KUBECONFIG, then the cluster around this pod, then
 * `~/.kube/config`.
 */
export async function connectFrom(
  env: NodeJS.ProcessEnv,
  options: Readonly<{ kubeconfig?: string | undefined }> &
    Pick<ConnectOptions, 'userAgent' | 'qps' | 'burst' | 'requested'>,
): Promise<Connection> {
  const { kubeconfig, ...rest } = options;
  // Loaded when it is needed: most runner Jobs never ask the API server, and it costs more than all the rest of them.
  const { connect } = await import('../kube/connect.ts');
  return connect({ ...rest, ...(await wayIn(env, kubeconfig)) });
}

async function wayIn(
  env: NodeJS.ProcessEnv,
  kubeconfig: string | undefined,
): Promise<Pick<ConnectOptions, 'kubeconfigPath' | 'inCluster'>> {
  const named = kubeconfig ?? env['KUBECONFIG']?.split(delimiter).find((path) => path !== '');
  if (named !== undefined) return { kubeconfigPath: named };
  const host = env['KUBERNETES_SERVICE_HOST'];
  if (host !== undefined) return { inCluster: { host, port: env['KUBERNETES_SERVICE_PORT'] ?? '443' } };
  const home = join(homedir(), '.kube', 'config');
  if (
    await access(home).then(
      () => true,
      () => false,
    )
  )
    return { kubeconfigPath: home };
  throw new UsageError('no cluster: name a kubeconfig with --kubeconfig or KUBECONFIG, or run in a pod');
}
