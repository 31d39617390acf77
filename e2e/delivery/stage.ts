import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningController } from '../../src/controller/options.ts';
import { startController } from '../../src/controller/start.ts';
import { silent } from '../../src/core/log.ts';
import { type Connection, connect } from '../../src/kube/connect.ts';
import { World } from '../../src/local/cluster/world.ts';
import { applyManifests, readManifests } from '../../src/local/mode/manifests.ts';
import { runnerImage, runnerProgram } from '../../src/local/mode/runner.ts';
import { ImagePrograms } from '../../src/local/node/image/image-programs.ts';
import { localImages } from '../../src/local/node/images.ts';
import { startNode } from '../../src/local/node/start.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { ensureHelm4 } from '../cluster/tools.ts';
import { type Registry, startDockerRegistry } from '../servers/docker-registry.ts';
import { type GitServer, startGitHttpBackend } from '../servers/git-http-backend.ts';

/** Address that the example's documents name; the controller is told where it really is. */
const written = 'localhost:7070';
export const root = join(import.meta.dirname, '..', '..');

/**
 * The controller on a real control plane, with a real git server and registry. Pods are played by the simulated node of
 * local mode, which runs runner Jobs as processes; all controllers of workloads are Kubernetes' own.
 */
export type Stage = Readonly<{
  plane: ControlPlane;
  connection: Connection;
  git: GitServer;
  registry: Registry;
  /** Ends the controller as a crash would not: cleanly. */
  stopController(): Promise<void>;
  startController(): Promise<void>;
  stop(): Promise<void>;
}>;

export async function startStage(): Promise<Stage> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  const started = <T>(thing: T, end: (thing: T) => Promise<unknown>): T => {
    stops.push(() => end(thing));
    return thing;
  };
  try {
    // It would find the simulated node silent, and evict its pods.
    const plane = started(await startControlPlane({ without: ['node-lifecycle-controller'] }), (it) => it.stop());
    const git = started(await startGitHttpBackend(), (it) => it.stop());
    const registry = started(await startDockerRegistry(), (it) => it.stop());
    const dataDir = started(mkdtempSync(join(tmpdir(), 'alustan-stage-')), async (it) =>
      rmSync(it, { recursive: true, force: true, maxRetries: 5 }),
    );
    const { kubeconfigPath } = plane;
    const connection = started(await connect({ kubeconfigPath, userAgent: 'e2e' }), (it) => it.close());
    await installChart(connection);
    const node = await startPods(plane, registry, dataDir);
    stops.push(node);
    let controller: RunningController | undefined;
    stops.push(async () => controller?.close());
    return {
      ...{ plane, connection, git, registry, stop },
      stopController: async () => controller?.close(),
      startController: async () => {
        controller = await runController(connection, git, registry, join(dataDir, 'cache'));
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What the chart will install: the namespace, the CRDs, the role of runners. */
async function installChart({ client }: Connection): Promise<void> {
  const chart = join(root, 'charts', 'alustan');
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'alustan' } };
  await applyManifests(client, [namespace, ...(await readManifests(join(chart, 'crds')))]);
  await applyManifests(client, await readManifests(join(chart, 'files')));
}

async function startPods(plane: ControlPlane, registry: Registry, dataDir: string): Promise<() => Promise<unknown>> {
  const world = await World.open({ kubeconfigPath: plane.kubeconfigPath, log: silent });
  const mirrors = [{ from: written, to: registry.url }];
  const images = new ImagePrograms({ registry: registry.url, mirrors, folder: join(dataDir, 'images') });
  const node = await startNode({
    ...{ world, dataDir, podLogDir: join(dataDir, 'logs') },
    runners: runnerProgram({ helm: await ensureHelm4(), env: process.env, images }),
    imagePresent: localImages(registry.url, mirrors),
  });
  return async () => {
    await node.close();
    await world.close();
  };
}

function runController(
  { client }: Connection,
  git: GitServer,
  registry: Registry,
  cacheDir: string,
): Promise<RunningController> {
  return startController({
    ...{ client, cacheDir, log: silent, controllerNamespace: 'alustan' },
    runner: { image: runnerImage, command: ['alustan'] },
    gitRewrites: [{ from: `http://${written}/git/`, to: `${git.url}/` }],
    registryMirrors: [{ from: written, to: registry.url }],
    // Nothing rings for pushes here: what changes is found by looking.
    intervalMs: 1_000,
  });
}
