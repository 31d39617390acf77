import { trueCondition } from '../../core/condition.ts';
import type { KubeObject } from '../../core/resource.ts';
import type { RunEnd } from '../../core/terraform-run.ts';

type Terminated = { exitCode: number; reason?: string; message?: string };
type Waiting = { reason?: string; message?: string };
type Status = {
  phase?: string;
  reason?: string;
  message?: string;
  conditions?: { type: string; status: string; reason?: string; message?: string }[];
  containerStatuses?: { name: string; state?: { waiting?: Waiting; running?: object; terminated?: Terminated } }[];
};

/** How a run ended, without what it printed. */
export type Verdict = Pick<RunEnd, 'exitCode' | 'reason' | 'message'>;

/** Name of the container in the Job of a Terraform object. */
export const terraformContainer = 'terraform';

/** Reasons of a DisruptionTarget condition that mean: the pod was sent away, in good order. */
const evictions: Readonly<Record<string, string>> = {
  EvictionByEvictionAPI: 'Evicted',
  PreemptionByScheduler: 'Preempted',
  TerminationByKubelet: 'Evicted',
};

/**
 * How a Job that has ended did, from the Job and its pods as they stand: the Job's own deadline first, then what became
 * of the pod, then of its container. Nothing to tell but the exit code 0 after success.
 */
export function verdictOf(job: KubeObject, pods: readonly KubeObject[]): Verdict {
  const failed = trueCondition(job, 'Failed');
  if (failed?.reason === 'DeadlineExceeded') return told('DeadlineExceeded', failed.message);
  const pod = newest(pods);
  if (pod === undefined) {
    return failed === undefined ? {} : told('PodLost', 'its pod is gone, and nothing tells how it ended');
  }
  return podVerdict(pod, failed !== undefined) ?? (failed === undefined ? {} : told('Error', failed.message));
}

/** What keeps a run that has not ended from starting, or from ending; undefined while nothing does. */
export function hindranceOf(pods: readonly KubeObject[]): Verdict | undefined {
  const pod = newest(pods);
  return pod === undefined ? undefined : (waitingOf(pod) ?? unscheduled(pod) ?? outlived(pod));
}

/** A container that a service mesh has put into the pod goes on for ever, and the run with it. */
function outlived(pod: KubeObject): Verdict | undefined {
  const end = endOf(pod);
  const others = (statusOf(pod).containerStatuses ?? []).filter(({ state }) => state?.running !== undefined);
  if (end === undefined || others.length === 0) return undefined;
  const names = others.map(({ name }) => name).join(', ');
  const what = `the script has ended with exit code ${end.exitCode}, and the container ${names} goes on`;
  return told('SidecarRuns', `${what}; keep it out of the pod by a label or annotation in spec.podTemplate`);
}

/** The pod of a run that counts: the one made last. */
export function newest(pods: readonly KubeObject[]): KubeObject | undefined {
  const made = ({ metadata }: KubeObject): string => metadata.creationTimestamp ?? '';
  return [...pods].sort((a, b) => made(a).localeCompare(made(b))).at(-1);
}

/** True when the container has run, so that there may be a log. */
export function hasRun(pod: KubeObject): boolean {
  return endOf(pod) !== undefined && endOf(pod)?.reason !== 'StartError';
}

function podVerdict(pod: KubeObject, failed: boolean): Verdict | undefined {
  const { phase, reason, message } = statusOf(pod);
  const end = endOf(pod);
  // Where the kubelet has lost the container, or has never made it, it writes 137: nobody knows how the script ended.
  const code = end === undefined || end.reason === 'ContainerStatusUnknown' ? {} : { exitCode: end.exitCode };
  if (!failed && (end === undefined || end.exitCode === 0)) return { exitCode: 0 };
  // First, since the kubelet has more than one word for it in the pod's own reason: Evicted, Preempting, Terminated.
  const disrupted = statusOf(pod).conditions?.find(
    ({ type, status }) => type === 'DisruptionTarget' && status === 'True',
  );
  if (disrupted !== undefined) {
    return { ...told(evictions[disrupted.reason ?? ''] ?? 'PodLost', message ?? disrupted.message), ...code };
  }
  if (phase === 'Failed' && reason !== undefined) return { ...told(reason, message), ...code };
  if (pod.metadata.deletionTimestamp !== undefined) return { ...told('PodLost', 'its pod was deleted'), ...code };
  return end === undefined ? (waitingOf(pod) ?? unscheduled(pod)) : containerVerdict(end);
}

function containerVerdict({ exitCode, reason, message }: Terminated): Verdict {
  switch (reason) {
    case 'ContainerStatusUnknown':
      return told('PodLost', message);
    case 'StartError':
    case 'ContainerCannotRun':
      return told('StartError', message);
    case 'OOMKilled':
      return { ...told('OOMKilled', message), exitCode };
    default:
      return { ...told('Error', undefined), exitCode };
  }
}

function waitingOf(pod: KubeObject): Verdict | undefined {
  const { reason, message } = containerOf(pod)?.state?.waiting ?? {};
  if (reason === undefined || reason === 'ContainerCreating' || reason === 'PodInitializing') return undefined;
  return told(reason, message);
}

function unscheduled(pod: KubeObject): Verdict | undefined {
  const found = statusOf(pod).conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  return found === undefined ? undefined : told(found.reason ?? 'Unschedulable', found.message);
}

function told(reason: string, message: string | undefined): Verdict {
  return message === undefined || message === '' ? { reason } : { reason, message };
}

function endOf(pod: KubeObject): Terminated | undefined {
  return containerOf(pod)?.state?.terminated;
}

function containerOf(pod: KubeObject) {
  const all = statusOf(pod).containerStatuses ?? [];
  return all.find(({ name }) => name === terraformContainer) ?? all[0];
}

function statusOf(object: KubeObject): Status {
  return (object['status'] ?? {}) as Status;
}
