import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cgroupOf } from '../cluster/remains.ts';
import type { Network } from './network.ts';

export const nodeName = 'e2e-node';

/** Where the node's processes see the run's folder. */
export const inNode = '/node';

export const containerdSocket = '/run/containerd/containerd.sock';

export type NodeFiles = Readonly<{
  dir: string;
  network: Network;
  registryHost: string;
  pauseImage: string;
  snapshotter: 'overlayfs' | 'native';
}>;

/** The configurations that the node's programs read, below the run's folder. JSON is YAML. */
export function writeNodeFiles(files: NodeFiles): void {
  const { dir, network, registryHost } = files;
  const write = (path: string, content: string | object) => {
    mkdirSync(join(dir, path, '..'), { recursive: true });
    writeFileSync(join(dir, path), typeof content === 'string' ? content : JSON.stringify(content, undefined, 2));
  };
  write('containerd.toml', containerd(files));
  // Every image comes from the cluster's own registry, whatever registry its name says.
  write('registries/_default/hosts.toml', mirror(registryHost));
  write('cni/10-pods.conflist', pods(network));
  write('kubelet.json', kubelet(dir, network));
  write('kube-proxy.json', kubeProxy(network));
}

function containerd({ pauseImage, snapshotter }: NodeFiles): string {
  return `version = 2
root = "${inNode}/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.aufs", "io.containerd.internal.v1.tracing"]
[grpc]
  address = "${containerdSocket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  # The machine may not have given us CAP_SYS_RESOURCE: runc would die in the attempt to lower a score.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "${snapshotter}"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${inNode}/cni"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "${inNode}/registries"
`;
}

function mirror(registryHost: string): string {
  return `server = "http://${registryHost}"
[host."http://${registryHost}"]
  capabilities = ["pull", "resolve"]
`;
}

/** A cable of its own to each pod: no bridge, so that kube-proxy's rules see all traffic. */
function pods({ pods: subnet }: Network): object {
  const ipam = { type: 'host-local', dataDir: '/run/cni', ranges: [[{ subnet }]], routes: [{ dst: '0.0.0.0/0' }] };
  return { cniVersion: '0.3.1', name: 'pods', plugins: [{ type: 'ptp', ipMasq: false, ipam }] };
}

function kubelet(dir: string, { node }: Network): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: node,
    // Only the machine and pods reach it. The API server has no certificate to show.
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    readOnlyPort: 0,
    healthzPort: 0,
    containerRuntimeEndpoint: `unix://${containerdSocket}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${cgroupOf(dir)}`,
    failCgroupV1: false,
    failSwapOn: false,
    oomScoreAdj: 0,
    localStorageCapacityIsolation: false,
    // A test machine may be nearly full, and that is not what is tested.
    evictionHard: { 'memory.available': '50Mi', 'nodefs.available': '1%', 'nodefs.inodesFree': '1%' },
    imageGCHighThresholdPercent: 100,
    serializeImagePulls: false,
    maxPods: 250,
    registryPullQPS: 0,
    eventRecordQPS: 0,
    kubeAPIQPS: 100,
    kubeAPIBurst: 200,
    resolvConf: '',
    clusterDomain: 'cluster.local',
    volumePluginDir: '/var/lib/kubelet-plugins',
    shutdownGracePeriod: '0s',
  };
}

function kubeProxy({ pods: clusterCIDR, node }: Network): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    clusterCIDR,
    detectLocalMode: 'ClusterCIDR',
    bindAddress: node,
    hostnameOverride: nodeName,
    healthzBindAddress: `${node}:10256`,
    metricsBindAddress: `${node}:10249`,
    clientConnection: { kubeconfig: `${inNode}/kube-proxy.kubeconfig` },
    conntrack: { maxPerCore: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    iptables: { minSyncPeriod: '0s' },
  };
}
