import type { KubeObject } from '../../core/resource.ts';

type ContainerStatus = {
  name: string;
  ready?: boolean;
  restartCount?: number;
  state?: { waiting?: { reason?: string; message?: string }; terminated?: { exitCode: number; reason?: string } };
  lastState?: { terminated?: { exitCode: number; reason?: string } };
};

export type Cause = Readonly<{
  /** For people: pod, container, reason. */
  message: string;
  pod: string;
  container?: string;
  /** True when the container has run and ended: its log says why. */
  hasLog: boolean;
}>;

/** E19: the pod that keeps a workload from being healthy, and why; undefined when no pod says so. */
export function failingPod(pods: readonly KubeObject[]): Cause | undefined {
  for (const pod of pods) {
    const status = (pod['status'] ?? {}) as Record<string, unknown>;
    const cause = containerCause(pod, status) ?? schedulingCause(pod, status);
    if (cause !== undefined) return cause;
  }
  return undefined;
}

function containerCause(pod: KubeObject, status: Record<string, unknown>): Cause | undefined {
  const containers = [status['initContainerStatuses'], status['containerStatuses']].flatMap(
    (list) => (list ?? []) as ContainerStatus[],
  );
  for (const container of containers) {
    const { waiting, terminated } = container.state ?? {};
    const ended = terminated ?? container.lastState?.terminated;
    const bad = waiting?.reason !== undefined && !/^(ContainerCreating|PodInitializing)$/.test(waiting.reason);
    if (!bad && (terminated === undefined || terminated.exitCode === 0)) continue;
    const reason = waiting?.reason ?? terminated?.reason ?? 'Error';
    const exit = ended === undefined ? '' : `, exit code ${ended.exitCode}`;
    const words = waiting?.message === undefined ? '' : `: ${waiting.message}`;
    const message = `pod ${pod.metadata.name}, container ${container.name}: ${reason}${exit}${words}`;
    return { message, pod: pod.metadata.name, container: container.name, hasLog: ended !== undefined };
  }
  return undefined;
}

function schedulingCause(pod: KubeObject, status: Record<string, unknown>): Cause | undefined {
  const conditions = (status['conditions'] ?? []) as { type: string; status: string; message?: string }[];
  const found = conditions.find((item) => item.type === 'PodScheduled' && item.status === 'False');
  if (found === undefined) return undefined;
  const message = `pod ${pod.metadata.name} cannot be scheduled: ${found.message ?? 'no node fits'}`;
  return { message, pod: pod.metadata.name, hasLog: false };
}

/** The pods that a workload selects, by its own selector; undefined for objects that select none. */
export function selectorOf(workload: KubeObject): Readonly<Record<string, string>> | undefined {
  const selector = (workload['selector'] ?? {}) as { matchLabels?: Record<string, string> };
  return selector.matchLabels;
}
