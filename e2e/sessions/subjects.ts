import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silent } from '../../src/core/log.ts';
import { startApiServer } from '../../src/local/api-server/index.ts';
import { World } from '../../src/local/cluster/world.ts';
import { startControllers } from '../../src/local/controllers/start.ts';
import { startNode } from '../../src/local/node/start.ts';
import { startControlPlane } from '../cluster/control-plane.ts';

/** A Kubernetes that stock clients talk to. Pods are played by the simulated node in both. */
export type Kubernetes = Readonly<{ kubeconfigPath: string; stop(): Promise<void> }>;

type Stops = (() => Promise<unknown>)[];

/** The embedded API and its own controllers. */
export async function startEmbedded(): Promise<Kubernetes> {
  const dataDir = mkdtempSync(join(tmpdir(), 'alustan-embedded-'));
  const stops: Stops = [async () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })];
  const api = await startApiServer({ dataDir: join(dataDir, 'api'), port: 0, podLogDir: join(dataDir, 'logs') });
  stops.push(() => api.close());
  const kubeconfigPath = join(dataDir, 'kubeconfig');
  writeFileSync(kubeconfigPath, JSON.stringify(api.kubeconfig()), { mode: 0o600 });
  const world = await startPods(kubeconfigPath, dataDir, stops);
  const controllers = await startControllers({ world });
  stops.push(() => controllers.close());
  return { kubeconfigPath, stop: () => stopAll(stops) };
}

/** etcd, kube-apiserver, kube-controller-manager. */
export async function startReal(): Promise<Kubernetes> {
  const dataDir = mkdtempSync(join(tmpdir(), 'alustan-real-'));
  const stops: Stops = [async () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })];
  // It would find the simulated node silent, and evict its pods.
  const plane = await startControlPlane({ without: ['node-lifecycle-controller'] });
  stops.push(() => plane.stop());
  await startPods(plane.kubeconfigPath, dataDir, stops);
  return { kubeconfigPath: plane.kubeconfigPath, stop: () => stopAll(stops) };
}

async function startPods(kubeconfigPath: string, dataDir: string, stops: Stops): Promise<World> {
  const world = await World.open({ kubeconfigPath, log: silent });
  stops.push(() => world.close());
  const node = await startNode({
    world,
    dataDir,
    podLogDir: join(dataDir, 'logs'),
    runners: () => undefined,
    imagePresent: async () => ({}),
  });
  stops.push(() => node.close());
  return world;
}

async function stopAll(stops: Stops): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop();
}
