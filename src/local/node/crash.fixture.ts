import { silent } from '../../core/log.ts';
import { World } from '../cluster/world.ts';
import { shellRunner } from './shell-runner.fixture.ts';
import { startNode } from './start.ts';

/** A node in a process of its own, for a test that kills it. */
export async function runNode(kubeconfigPath: string, dataDir: string, podLogDir: string): Promise<void> {
  const world = await World.open({ kubeconfigPath, log: silent });
  await startNode({
    world,
    dataDir,
    podLogDir,
    runners: shellRunner,
    imagePresent: async () => ({}),
    startDelayMs: 20,
  });
}
