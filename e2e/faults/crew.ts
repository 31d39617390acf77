import { join } from 'node:path';
import type { ControllerOptions } from '../../src/controller/options.ts';
import { startController } from '../../src/controller/start.ts';
import { silent } from '../../src/core/log.ts';
import { connect } from '../../src/kube/connect.ts';
import { World } from '../../src/local/cluster/world.ts';
import { controllerNamespace, publicAddress } from '../../src/local/mode/options.ts';
import { runnerImage, runnerProgram } from '../../src/local/mode/runner.ts';
import { ImagePrograms } from '../../src/local/node/image/image-programs.ts';
import { localImages } from '../../src/local/node/images.ts';
import { startNode } from '../../src/local/node/start.ts';
import { startKubeletLogs } from '../cluster/kubelet-logs.ts';

export type CrewOptions = Readonly<{
  kubeconfigPath: string;
  dataDir: string;
  /** Where `/git/` and `/v2/` are. */
  front: string;
  /** Program that runner Jobs use as Helm. */
  helm: string;
  controller?: Partial<ControllerOptions>;
}>;

/** What works on a control plane: the controller, and local mode's node, which runs runner Jobs as processes. */
export async function startCrew(options: CrewOptions): Promise<() => Promise<void>> {
  const { kubeconfigPath, dataDir, front, helm } = options;
  const mirrors = [{ from: publicAddress, to: front }];
  const connection = await connect({ kubeconfigPath, userAgent: 'alustan', qps: 2000, burst: 2000 });
  const world = await World.open({ kubeconfigPath, log: silent });
  const images = new ImagePrograms({ registry: front, mirrors, folder: join(dataDir, 'images') });
  const podLogDir = join(dataDir, 'logs');
  const logs = await startKubeletLogs(podLogDir);
  const node = await startNode({
    world,
    dataDir,
    podLogDir,
    kubeletPort: logs.port,
    runners: runnerProgram({ helm, env: process.env, images }),
    imagePresent: localImages(front, mirrors),
  });
  const controller = await startController({
    client: connection.client,
    log: silent,
    controllerNamespace,
    intervalMs: 1_000,
    runner: { image: runnerImage, command: ['alustan'] },
    cacheDir: join(dataDir, 'cache'),
    gitRewrites: [{ from: `http://${publicAddress}/git/`, to: `${front}/git/` }],
    registryMirrors: mirrors,
    ...options.controller,
  });
  return async () => {
    await Promise.all([controller.close(), node.close()]);
    await Promise.all([world.close(), connection.close(), logs.stop()]);
  };
}
