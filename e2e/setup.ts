import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startControlPlane } from './cluster/control-plane.ts';
import { say } from './cluster/exec.ts';

/** What the tests get of the control plane: `inject('cluster')`. */
export type ClusterAccess = Readonly<{ url: string; token: string; caPem: string; kubeconfigPath: string }>;

declare module 'vitest' {
  export interface ProvidedContext {
    cluster: ClusterAccess;
  }
}

const logs = join(import.meta.dirname, '..', 'reports', 'e2e-logs');

/** One control plane for the whole run. When a test failed, its logs are kept in `reports/e2e-logs`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const started = Date.now();
  rmSync(logs, { recursive: true, force: true });
  const plane = await startControlPlane();
  say(`the control plane serves after ${((Date.now() - started) / 1000).toFixed(1)} s: ${plane.url}`);
  const { url, token, caPem, kubeconfigPath } = plane;
  project.provide('cluster', { url, token, caPem, kubeconfigPath });
  return async () => {
    const failed = project.vitest.state.getCountOfFailedTests() > 0;
    await plane.stop(failed ? logs : undefined);
    if (failed) say(`logs of the control plane: ${logs}`);
  };
}
