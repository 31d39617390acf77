import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silent } from '../../core/log.ts';
import type { KubeObject } from '../../core/resource.ts';
import { startApiServer } from '../api-server/index.ts';
import { startControllers } from '../controllers/start.ts';
import { type LocalNode, type NodeOptions, startNode } from '../node/start.ts';
import { World } from './world.ts';

type Ref = Readonly<{ apiVersion: string; kind: string; namespace?: string; name: string }>;

/** An embedded API in a folder of its own, with what a test wants to run on it. */
export async function openStage() {
  const dir = await mkdtemp(join(tmpdir(), 'local-'));
  const podLogDir = join(dir, 'logs');
  const api = await startApiServer({ dataDir: join(dir, 'api'), port: 0, podLogDir });
  const kubeconfigPath = join(dir, 'kubeconfig');
  await writeFile(kubeconfigPath, JSON.stringify(api.kubeconfig()));
  const world = await World.open({ kubeconfigPath, log: silent });
  const closing: (() => Promise<unknown>)[] = [];
  const onClose = (stop: () => Promise<unknown>): unknown => closing.push(stop);
  return {
    dir,
    podLogDir,
    kubeconfigPath,
    world,
    client: world.client,
    onClose,
    async controllers() {
      const running = await startControllers({ world });
      onClose(() => running.close());
    },
    async node(options: Partial<NodeOptions> = {}): Promise<LocalNode> {
      const defaults = { runners: () => undefined, imagePresent: async () => ({}), startDelayMs: 20 };
      const node = await startNode({ world, dataDir: dir, podLogDir, ...defaults, ...options });
      onClose(() => node.close());
      return node;
    },
    apply: async (...objects: KubeObject[]): Promise<void> => {
      for (const object of objects) await world.client.create(object);
    },
    /** The object once it is as wanted. Rejects with what it is when that does not come. */
    until: (ref: Ref, wanted: (object: KubeObject) => unknown): Promise<KubeObject> => until(world, ref, wanted),
    gone: (ref: Ref): Promise<void> => gone(world, ref),
    async close() {
      for (const stop of closing.reverse()) await stop();
      await world.close();
      await api.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

export type Stage = Awaited<ReturnType<typeof openStage>>;

const patienceMs = 15_000;
const lookMs = 20;

async function until(world: World, ref: Ref, wanted: (object: KubeObject) => unknown): Promise<KubeObject> {
  let last: unknown;
  for (const end = Date.now() + patienceMs; Date.now() < end; ) {
    const object = await world.client.find(ref);
    if (object !== undefined && wanted(object)) return object;
    last = object;
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
  throw new Error(`${ref.kind} ${ref.name} did not become as wanted: ${JSON.stringify(last, undefined, 1)}`);
}

async function gone(world: World, ref: Ref): Promise<void> {
  for (const end = Date.now() + patienceMs; Date.now() < end; ) {
    const found = await world.client.find(ref);
    if (found === undefined) return;
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
  throw new Error(`${ref.kind} ${ref.name} did not go`);
}
