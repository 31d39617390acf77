import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LeadOptions, leadController } from '../../src/controller/lead.ts';
import { silent } from '../../src/core/log.ts';
import type { Role } from '../../src/core/role.ts';
import { type Connection, connect } from '../../src/kube/connect.ts';
import { World } from '../../src/local/cluster/world.ts';
import { runnerImage, runnerProgram } from '../../src/local/mode/runner.ts';
import { ImagePrograms } from '../../src/local/node/image/image-programs.ts';
import { localImages } from '../../src/local/node/images.ts';
import { startNode } from '../../src/local/node/start.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { startKubeletLogs } from '../cluster/kubelet-logs.ts';
import { ensureHelm4 } from '../cluster/tools.ts';
import { type Registry, startDockerRegistry } from '../servers/docker-registry.ts';
import { type GitServer, startGitHttpBackend } from '../servers/git-http-backend.ts';
import { connectAsController, installChart } from './chart.ts';
import { serveLogs } from './kubelet.ts';

/** Address that the example's documents name; the controller is told where it really is. */
const written = 'localhost:7070';
export const root = join(import.meta.dirname, '..', '..');

/**
 * The controller on a real control plane that logs every request, with the rights that the chart gives it and no others;
 * with a real git server and registry. Pods are played by the simulated node of local mode, which runs runner Jobs as
 * processes; all controllers of workloads are Kubernetes' own.
 */
export type Stage = Readonly<{
  plane: ControlPlane;
  connection: Connection;
  git: GitServer;
  registry: Registry;
  /** Ends the controller as a crash would not: cleanly. */
  stopController(): Promise<void>;
  /** With the chart's rights, and these options. */
  startController(options?: Pick<LeadOptions, 'accounts' | 'previews'>): Promise<void>;
  stop(): Promise<void>;
}>;

/** @param values of the chart, as `--set` takes them. */
export async function startStage(values: readonly string[]): Promise<Stage> {
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
    const without = ['node-lifecycle-controller'];
    const plane = started(await startControlPlane({ audit: 'all', without }), (it) => it.stop());
    const git = started(await startGitHttpBackend(), (it) => it.stop());
    const registry = started(await startDockerRegistry(), (it) => it.stop());
    const dataDir = started(mkdtempSync(join(tmpdir(), 'alustan-stage-')), async (it) =>
      rmSync(it, { recursive: true, force: true, maxRetries: 5 }),
    );
    const { kubeconfigPath } = plane;
    const connection = started(await connect({ kubeconfigPath, userAgent: 'e2e' }), (it) => it.close());
    await installChart(connection, values);
    const own = started(await connectAsController(plane), (it) => it.close());
    stops.push(await startPods(plane, registry, dataDir));
    stops.push(await serveLogs(connection.client, join(dataDir, 'logs')));
    let stopController = async () => {};
    stops.push(() => stopController());
    return {
      plane,
      connection,
      git,
      registry,
      stop,
      stopController: () => stopController(),
      startController: async (options = {}) => {
        stopController = await runController(own, git, registry, { ...options, cacheDir: join(dataDir, 'cache') });
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startPods(plane: ControlPlane, registry: Registry, dataDir: string): Promise<() => Promise<unknown>> {
  const world = await World.open({ kubeconfigPath: plane.kubeconfigPath, log: silent });
  const mirrors = [{ from: written, to: registry.url }];
  const images = new ImagePrograms({ registry: registry.url, mirrors, folder: join(dataDir, 'images') });
  const podLogDir = join(dataDir, 'logs');
  const logs = await startKubeletLogs(podLogDir);
  const node = await startNode({
    world,
    dataDir,
    podLogDir,
    kubeletPort: logs.port,
    runners: runnerProgram({ helm: await ensureHelm4(), env: process.env, images }),
    imagePresent: localImages(registry.url, mirrors),
  });
  return async () => {
    await node.close();
    await logs.stop();
    await world.close();
  };
}

/** Resolves once it leads; with how to stop it. */
async function runController(
  { urgent, guarded }: Connection,
  git: GitServer,
  registry: Registry,
  more: Pick<LeadOptions, 'accounts' | 'previews' | 'cacheDir'>,
): Promise<() => Promise<void>> {
  const stop = new AbortController();
  const leading = Promise.withResolvers<void>();
  const options = {
    ...more,
    urgent,
    guarded,
    log: silent,
    controllerNamespace: 'alustan',
    identity: randomUUID(),
    runner: { image: runnerImage, command: ['alustan'] },
    gitRewrites: [{ from: `http://${written}/git/`, to: `${git.url}/` }],
    registryMirrors: [{ from: written, to: registry.url }],
    // Nothing rings for pushes here: what changes is found by looking.
    intervalMs: 1_000,
    become: (role: Role) => {
      if (role === 'leading') leading.resolve();
    },
  };
  const ended = leadController(options, stop.signal);
  await Promise.race([leading.promise, ended]);
  return async () => {
    stop.abort();
    await ended;
  };
}
