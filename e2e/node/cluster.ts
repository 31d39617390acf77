import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBinaries } from '../cluster/build.ts';
import { type ControlPlane, type ControlPlaneOptions, startComponents, supervised } from '../cluster/control-plane.ts';
import { ensureDebianRoot } from '../cluster/debian.ts';
import { newToken, type User, writeKubeconfig } from '../cluster/files.ts';
import { type BinaryName, controlPlane, nodeBinaries, nodePackages } from '../cluster/pins.ts';
import { freePort } from '../cluster/ports.ts';
import type { Supervisor } from '../cluster/supervisor.ts';
import { dockerRegistry } from '../servers/docker-registry.ts';
import { containerd, initPid, kubelet, kubeProxy, nodeInit, scheduler } from './components.ts';
import { nodeName, writeNodeFiles } from './files.ts';
import { pushBusybox, pushPause } from './images.ts';
import { connectNode, type Network } from './network.ts';
import { requireKernel } from './probe.ts';

/** A control plane with one real node: kubelet, containerd, runc, CNI, kube-proxy. */
export type Cluster = ControlPlane &
  Readonly<{
    network: Network;
    /**
     * `ADDRESS:PORT` of the cluster's registry, plain HTTP. The node takes every image from it, whatever registry the
     * image's name says: `docker.io/shop/api:1` is its `shop/api:1`.
     */
    registryHost: string;
    /** Root file system of Debian's packages that the node runs on. */
    rootfs: string;
    /** A busybox that is in the registry already. */
    busyboxImage: string;
  }>;

const allBinaries: readonly BinaryName[] = [...controlPlane, ...nodeBinaries];

/** Has everything in the cache that a cluster needs. */
export async function prepareCluster() {
  await requireKernel();
  const rootfs = await ensureDebianRoot('node', nodePackages);
  return { rootfs, binaries: await ensureBinaries(allBinaries) };
}

/**
 * Starts a cluster and resolves when its node is Ready. The node lives in namespaces of its own: several clusters run
 * beside each other, and what ends leaves nothing. Needs root.
 */
export async function startCluster(options: ControlPlaneOptions = {}): Promise<Cluster> {
  const { rootfs, binaries } = await prepareCluster();
  return supervised(options.dir, async (supervisor) => {
    const { dir } = supervisor;
    await supervisor.start(nodeInit(dir, rootfs, binaries));
    const network = await connectNode(rootfs, initPid(dir));
    const registryHost = `${network.host}:${await freePort(network.host)}`;
    await supervisor.start(await dockerRegistry(dir, registryHost));
    const images = { pause: `${registryHost}/e2e/pause:1`, busybox: `${registryHost}/e2e/busybox:1` };
    await pushPause(images.pause, binaries.init);
    await pushBusybox(images.busybox, rootfs);
    const users = nodeUsers();
    const place = { binaries, address: network.host, serviceRange: network.services, reachedByPods: true };
    const all = [...(options.users ?? []), ...Object.values(users)];
    const plane = await startComponents(supervisor, { ...options, users: all }, place);
    for (const [file, user] of Object.entries(users))
      writeKubeconfig(join(dir, `${file}.kubeconfig`), { ...plane, token: user.token }, user.name);
    const snapshotter = hasOverlay() ? 'overlayfs' : 'native';
    writeNodeFiles({ dir, network, registryHost, pauseImage: images.pause, snapshotter });
    await startNode(supervisor, plane, network, binaries);
    return { ...plane, network, registryHost, rootfs, busyboxImage: images.busybox };
  });
}

async function startNode(
  supervisor: Supervisor,
  plane: ControlPlane,
  network: Network,
  binaries: Awaited<ReturnType<typeof ensureBinaries>>,
): Promise<void> {
  const { dir } = supervisor;
  await supervisor.start(containerd(dir));
  await Promise.all([
    supervisor.start(scheduler(dir, binaries, await freePort())),
    supervisor.start(kubelet(dir, network, plane)),
    supervisor.start(kubeProxy(dir, network)),
  ]);
}

/** As the bootstrap policy of the API server knows them; each has a kubeconfig of its own. */
function nodeUsers(): Record<'kubelet' | 'kube-scheduler' | 'kube-proxy', User> {
  const user = (name: string, ...groups: string[]): User => ({ name, token: newToken(), groups });
  return {
    kubelet: user(`system:node:${nodeName}`, 'system:nodes'),
    'kube-scheduler': user('system:kube-scheduler'),
    'kube-proxy': user('system:kube-proxy'),
  };
}

function hasOverlay(): boolean {
  return existsSync('/proc/filesystems') && /\boverlay$/m.test(readFileSync('/proc/filesystems', 'utf8'));
}
