import { stamp } from '../cluster/pods.ts';
import type {
  Container,
  ContainerState,
  ContainerStatus,
  Pod,
  PodCondition,
  PodPhase,
  PodStatus,
} from '../cluster/types.ts';

/** A sidecar: an init container that stays. */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

export function waiting(reason: string, message?: string): ContainerState {
  return { waiting: message === undefined ? { reason } : { reason, message } };
}

export function statusOf(pod: Pod, name: string): ContainerStatus | undefined {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
  return [...containerStatuses, ...initContainerStatuses].find((status) => status.name === name);
}

/** A container's status in a new state; what it was before is kept where Kubernetes keeps it. */
export function inState(pod: Pod, container: Container, state: ContainerState, imageID = ''): ContainerStatus {
  const before = statusOf(pod, container.name);
  const running = state.running !== undefined;
  const restarts = before !== undefined && running && before.state.running === undefined && wasRun(before);
  const ended = before?.state.terminated;
  const restartCount = (before?.restartCount ?? 0) + (restarts ? 1 : 0);
  const containerID = `local://${pod.metadata.uid}/${container.name}/${restartCount}`;
  return {
    name: container.name,
    state,
    lastState: ended && state.terminated === undefined ? { terminated: ended } : (before?.lastState ?? {}),
    ready: running,
    started: running,
    restartCount,
    image: container.image,
    imageID: imageID || before?.imageID || '',
    ...(running || state.terminated ? { containerID } : before?.containerID ? { containerID: before.containerID } : {}),
  };
}

function wasRun(status: ContainerStatus): boolean {
  return status.state.terminated !== undefined || status.lastState.terminated !== undefined;
}

/** Whether a container that ended is started again. */
export function restarts(pod: Pod, container: Container, exitCode: number): boolean {
  if (isSidecar(container)) return true;
  const policy = pod.spec.restartPolicy ?? 'Always';
  if (pod.spec.initContainers?.includes(container) && exitCode === 0) return false;
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

type Parts = Readonly<{ init: readonly ContainerStatus[]; main: readonly ContainerStatus[]; ip?: string; now: Date }>;

/** The whole status of a pod on the local node, from the states of its containers. */
export function podStatus(pod: Pod, { init, main, ip, now }: Parts): PodStatus {
  const before = pod.status ?? {};
  const phase = phaseOf(pod, init, main);
  const address = ip ?? before.podIP;
  return {
    ...before,
    phase,
    conditions: conditions(pod, phase, init, main, now),
    hostIP: '127.0.0.1',
    hostIPs: [{ ip: '127.0.0.1' }],
    ...(address === undefined ? {} : { podIP: address, podIPs: [{ ip: address }] }),
    startTime: before.startTime ?? stamp(now),
    containerStatuses: [...main],
    ...(init.length === 0 ? {} : { initContainerStatuses: [...init] }),
  };
}

function final(pod: Pod, container: Container | undefined, status: ContainerStatus): number | undefined {
  const code = status.state.terminated?.exitCode;
  return code === undefined || container === undefined || restarts(pod, container, code) ? undefined : code;
}

function phaseOf(pod: Pod, init: readonly ContainerStatus[], main: readonly ContainerStatus[]): PodPhase {
  const initCodes = init.map((status, at) => final(pod, pod.spec.initContainers?.[at], status));
  if (initCodes.some((code) => code !== undefined && code !== 0)) return 'Failed';
  const codes = main.map((status, at) => final(pod, pod.spec.containers[at], status));
  if (codes.every((code) => code !== undefined)) return codes.every((code) => code === 0) ? 'Succeeded' : 'Failed';
  return main.some((status) => status.state.running !== undefined || wasRun(status)) ? 'Running' : 'Pending';
}

export function initialized(pod: Pod, init: readonly ContainerStatus[]): boolean {
  return init.every((status, at) => {
    const container = pod.spec.initContainers?.[at];
    if (container !== undefined && isSidecar(container)) return status.state.running !== undefined;
    return status.state.terminated?.exitCode === 0;
  });
}

function conditions(
  pod: Pod,
  phase: PodPhase,
  init: readonly ContainerStatus[],
  main: readonly ContainerStatus[],
  now: Date,
): PodCondition[] {
  const unready = main.filter((status) => !status.ready).map(({ name }) => name);
  const incomplete = init
    .filter((status) => status.state.terminated?.exitCode !== 0 && !status.ready)
    .map(({ name }) => name);
  const over = phase === 'Succeeded';
  const done = initialized(pod, init);
  const why: Verdict = over
    ? { ok: false, reason: 'PodCompleted' }
    : {
        ok: unready.length === 0,
        reason: 'ContainersNotReady',
        message: `containers with unready status: [${unready.join(' ')}]`,
      };
  const init_: Verdict = over
    ? { ok: true, reason: 'PodCompleted' }
    : {
        ok: done,
        reason: 'ContainersNotInitialized',
        message: `containers with incomplete status: [${incomplete.join(' ')}]`,
      };
  return [
    condition(pod, 'PodReadyToStartContainers', { ok: !over && phase !== 'Failed' }, now),
    condition(pod, 'Initialized', init_, now),
    condition(pod, 'Ready', why, now),
    condition(pod, 'ContainersReady', why, now),
    condition(pod, 'PodScheduled', { ok: true }, now),
  ];
}

type Verdict = Readonly<{ ok: boolean; reason?: string; message?: string }>;

function condition(pod: Pod, type: string, { ok, reason, message }: Verdict, now: Date): PodCondition {
  const before = pod.status?.conditions?.find((one) => one.type === type);
  const status = ok ? 'True' : 'False';
  const words =
    ok && reason !== 'PodCompleted' ? {} : { ...(reason ? { reason } : {}), ...(message ? { message } : {}) };
  const lastTransitionTime = before?.status === status ? before.lastTransitionTime : stamp(now);
  return { type, status, lastProbeTime: null, lastTransitionTime, ...words };
}

/** As the kubelet writes it: without the id of a container, since there was none. */
function neverMade(pod: Pod, container: Container, before: ContainerStatus | undefined, now: Date): ContainerStatus {
  const message = 'The container could not be located when the pod was terminated';
  const terminated = { exitCode: 137, reason: 'ContainerStatusUnknown', message, finishedAt: stamp(now) };
  const { containerID: _, ...status } = inState(pod, container, { terminated });
  return before?.containerID === undefined ? status : { ...status, containerID: before.containerID };
}

/** The status of a pod that the node ends itself. */
export function failedStatus(pod: Pod, reason: string, message: string, now: Date, exitCode = 137): PodStatus {
  const end = (container: Container): ContainerStatus => {
    const before = statusOf(pod, container.name);
    if (before?.state.terminated !== undefined) return before;
    if (before?.state.running === undefined) return neverMade(pod, container, before, now);
    const { startedAt } = before.state.running;
    const finished = { exitCode, reason: 'Error', ...(startedAt ? { startedAt } : {}), finishedAt: stamp(now) };
    return inState(pod, container, { terminated: finished });
  };
  const main = pod.spec.containers.map(end);
  const init =
    pod.spec.initContainers?.map((one) => statusOf(pod, one.name) ?? inState(pod, one, waiting('PodInitializing'))) ??
    [];
  return { ...podStatus(pod, { init, main, now }), phase: 'Failed', reason, message };
}
