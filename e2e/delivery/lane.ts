import { inject } from 'vitest';
import { Api } from '../cluster/api.ts';
import { exec } from '../cluster/exec.ts';
import { ensureHelm4 } from '../cluster/tools.ts';
import type { Cluster } from '../node/cluster.ts';
import type { GitServer } from '../servers/git-http-backend.ts';

/** What the flows share: a cluster with a node, its registry, a git server, the image of controller and runners. */
export type Lane = Pick<Cluster, 'url' | 'token' | 'caPem' | 'kubeconfigPath' | 'registryHost' | 'rootfs' | 'dir'> &
  Readonly<{
    git: Pick<GitServer, 'root' | 'url'>;
    image: string;
    /** What was asked of Jobs. */
    auditLogPath: string;
    /** Address of this machine where pods reach servers of tests. */
    host: string;
  }>;

declare module 'vitest' {
  export interface ProvidedContext {
    lane: Lane;
  }
}

export const lane: Lane = inject('lane');

/** For what is asked often: a kubectl costs a quarter of a second of the processor. */
export const api = new Api(lane);

export function kubectl(...args: string[]): Promise<string> {
  return exec('kubectl', ['--kubeconfig', lane.kubeconfigPath, ...args]);
}

export async function helm(...args: string[]): Promise<string> {
  return exec(await ensureHelm4(), [...args, '--kubeconfig', lane.kubeconfigPath]);
}

/** Creates or replaces objects as an administrator does. */
export async function apply(...objects: object[]): Promise<void> {
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  const program = 'exec kubectl --kubeconfig "$1" apply --server-side --force-conflicts -f - <<"END"\n';
  await exec('/bin/sh', ['-c', `${program}${list}\nEND\n`, 'sh', lane.kubeconfigPath]);
}
