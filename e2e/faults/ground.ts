import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, connect } from '../../src/kube/connect.ts';
import { applyManifests, readManifests } from '../../src/local/mode/manifests.ts';
import { controllerNamespace } from '../../src/local/mode/options.ts';
import { Shop } from '../../test/support/shop.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { startDockerRegistry } from '../servers/docker-registry.ts';
import { startGitHttpBackend } from '../servers/git-http-backend.ts';
import { startFront } from './front.ts';

/** A real control plane with Alustan's kinds, a git server and a registry, on which a crew works. */
export type Ground = Readonly<{
  plane: ControlPlane;
  dataDir: string;
  /** Address of `/git/` and `/v2/`. */
  front: string;
  /** The shop as tests drive it; closing it leaves the ground as it is. */
  shop(): Promise<Shop>;
  stop(): Promise<void>;
}>;

export async function openGround(): Promise<Ground> {
  const ends: (() => unknown)[] = [];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    // It would find the simulated node silent, and evict its pods.
    const plane = await startControlPlane({ without: ['node-lifecycle-controller'] });
    ends.push(() => plane.stop());
    const git = await startGitHttpBackend();
    ends.push(() => git.stop());
    const registry = await startDockerRegistry();
    ends.push(() => registry.stop());
    const front = await startFront(git, registry);
    ends.push(() => front.stop());
    const dataDir = mkdtempSync(join(tmpdir(), 'alustan-ground-'));
    ends.push(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 }));
    const { kubeconfigPath: kubeconfig, url: kubernetes } = plane;
    const open = () => connect({ kubeconfigPath: kubeconfig, userAgent: 'test', qps: 1000, burst: 1000 });
    await install(open);
    const shop = async () => {
      const connection = await open();
      const endpoints = { kubernetes, kubeconfig, http: front.url };
      return Shop.on({ endpoints, connection, close: () => connection.close() }, dataDir);
    };
    return { plane, dataDir, front: front.url, shop, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function install(open: () => Promise<Connection>): Promise<void> {
  const chart = join(import.meta.dirname, '..', '..', 'charts', 'alustan');
  const { client, close } = await open();
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: controllerNamespace } };
  await applyManifests(client, [namespace, ...(await readManifests(join(chart, 'crds')))]);
  await applyManifests(client, await readManifests(join(chart, 'files')));
  await close();
}
