import { silent } from '../../core/log.ts';
import { World } from '../cluster/world.ts';
import { shellRunner } from './shell-runner.fixture.ts';
import { startNode } from './start.ts';

/** A node in a process of its own, for a test that kills it. Arguments: kubeconfig, data folder, folder of logs. */
const [, , kubeconfigPath = '', dataDir = '', podLogDir = ''] = process.argv;
const world = await World.open({ kubeconfigPath, log: silent });
await startNode({ world, dataDir, podLogDir, runners: shellRunner, imagePresent: async () => ({}), startDelayMs: 20 });
