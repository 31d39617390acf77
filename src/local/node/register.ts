import { arch, cpus, platform, totalmem } from 'node:os';
import { refOf } from '../../core/plan.ts';
import type { KubeObject } from '../../core/resource.ts';
import { isAlreadyExists, isNotFound } from '../../kube/client.ts';
import { sameJson } from '../cluster/json.ts';
import { stamp } from '../cluster/pods.ts';
import type { World } from '../cluster/world.ts';

export const nodeName = 'local';

/** Names of architectures as Go and so Kubernetes spell them. */
const architecture = arch() === 'x64' ? 'amd64' : arch();

export const nodeLabels = {
  'kubernetes.io/hostname': nodeName,
  'kubernetes.io/os': platform() === 'darwin' ? 'darwin' : 'linux',
  'kubernetes.io/arch': architecture,
  'node-role.kubernetes.io/control-plane': '',
};

type Shown = Readonly<{ version: string; kubeletPort: number }>;

/** Makes the one Node, or finds it; writes its status only when something in it is not so. */
export async function registerNode(world: World, { version, kubeletPort }: Shown, now: Date): Promise<void> {
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: nodeName, labels: nodeLabels },
    spec: {},
  };
  const node = await world.client.create(object).catch(async (error: unknown) => {
    if (!isAlreadyExists(error)) throw error;
    return await world.client.get(refOf(object));
  });
  await ensureLease(world, node, now);
  const status = nodeStatus(node, { version, kubeletPort }, now);
  if (!sameJson(status, node['status']))
    await world.client.patch(refOf(node), 'merge', { status }, { subresource: 'status' });
  // A Node is born with this taint where the API server has the admission plugin for it; its controller is not here.
  const taints = ((node['spec'] as { taints?: { key: string }[] } | undefined)?.taints ?? []).filter(
    ({ key }) => !key.startsWith('node.kubernetes.io/'),
  );
  if (taints.length !== ((node['spec'] as { taints?: unknown[] }).taints?.length ?? 0)) {
    await world.client.patch(refOf(node), 'merge', { spec: { taints } });
  }
}

/** What `kubectl describe node` shows; never renewed, since nothing here watches it. */
async function ensureLease(world: World, node: KubeObject, now: Date): Promise<void> {
  const { apiVersion, kind, metadata } = node;
  const ownerReferences = [{ apiVersion, kind, name: nodeName, uid: metadata.uid ?? '' }];
  const renewTime = now.toISOString().replace('Z', '000Z');
  const lease: KubeObject = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: nodeName, namespace: 'kube-node-lease', ownerReferences },
    spec: { holderIdentity: nodeName, leaseDurationSeconds: 40, renewTime },
  };
  await world.client.create(lease).catch((error: unknown) => {
    // A server that has just started makes the namespace a moment later.
    if (!isAlreadyExists(error) && !isNotFound(error)) throw error;
  });
}

function nodeStatus(node: KubeObject, { version, kubeletPort }: Shown, now: Date) {
  const before = (node['status'] ?? {}) as {
    conditions?: { type: string; status: string; lastTransitionTime: string }[];
  };
  const size = {
    cpu: String(cpus().length),
    memory: `${Math.floor(totalmem() / 1024)}Ki`,
    pods: '1000',
    'ephemeral-storage': '100Gi',
  };
  const condition = (type: string, status: string, reason: string, message: string) => {
    const last = before.conditions?.find((one) => one.type === type && one.status === status);
    const time = last?.lastTransitionTime ?? stamp(now);
    return { type, status, reason, message, lastHeartbeatTime: time, lastTransitionTime: time };
  };
  return {
    capacity: size,
    allocatable: size,
    conditions: [
      condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
      condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
      condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
      condition('Ready', 'True', 'KubeletReady', 'the simulated node of local mode is ready'),
    ],
    addresses: [
      { type: 'InternalIP', address: '127.0.0.1' },
      { type: 'Hostname', address: nodeName },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
    nodeInfo: {
      architecture,
      operatingSystem: nodeLabels['kubernetes.io/os'],
      osImage: 'Alustan local mode',
      kernelVersion: '',
      bootID: '',
      machineID: '',
      systemUUID: '',
      kubeletVersion: version,
      kubeProxyVersion: '',
      containerRuntimeVersion: 'alustan://local',
    },
  };
}
