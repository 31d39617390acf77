import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { say } from '../cluster/exec.ts';
import { pushAlustan } from '../node/alustan-image.ts';
import { startCluster } from '../node/cluster.ts';
import { startGitHttpBackend } from '../servers/git-http-backend.ts';
import type { Lane } from './lane.ts';

const logs = join(import.meta.dirname, '..', '..', 'reports', 'e2e-node-logs');

/** One cluster with a node for all flows. When a test failed, its logs are kept in `reports/e2e-node-logs`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const started = Date.now();
  rmSync(logs, { recursive: true, force: true });
  const cluster = await startCluster({ audit: 'jobs' });
  const git = await startGitHttpBackend({ kind: 'none' }, cluster.network.host);
  const image = `${cluster.registryHost}/alustan/alustan:e2e`;
  await pushAlustan(image);
  say(`the cluster with a node serves after ${((Date.now() - started) / 1000).toFixed(1)} s: ${cluster.url}`);
  const { url, token, caPem, kubeconfigPath, registryHost, rootfs, dir, auditLogPath = '' } = cluster;
  const lane: Lane = {
    url,
    token,
    caPem,
    kubeconfigPath,
    registryHost,
    rootfs,
    image,
    dir,
    auditLogPath,
    host: cluster.network.host,
    git: { root: git.root, url: git.url },
  };
  project.provide('lane', lane);
  return async () => {
    const failed = project.vitest.state.getCountOfFailedTests() > 0;
    await git.stop();
    await cluster.stop(failed ? logs : undefined);
    if (failed) say(`logs of the cluster: ${logs}`);
  };
}
