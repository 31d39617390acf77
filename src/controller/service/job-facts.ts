import { jobLabels } from '../../apply/job-shape.ts';
import { trueCondition } from '../../core/condition.ts';
import { type JobResult, parseResult } from '../../core/job-io.ts';
import type { KubeObject } from '../../core/resource.ts';
import type { Job } from '../../plan/service/facts.ts';

type Condition = { type: string; status: string; reason?: string; message?: string; lastTransitionTime?: string };
type ContainerState = {
  waiting?: { reason?: string; message?: string };
  terminated?: { exitCode: number; reason?: string; message?: string };
};
type PodStatus = {
  phase?: string;
  reason?: string;
  message?: string;
  conditions?: Condition[];
  containerStatuses?: { state?: ContainerState }[];
};

/** What a plan needs to know of a runner Job, from the Job and the pods that it had. */
export function jobFact(job: KubeObject, pods: readonly KubeObject[]): Job {
  const labels = job.metadata.labels ?? {};
  const told = endOf(job);
  // Of two watches either may be ahead: how a spent Job has ended, only the end of its pod tells.
  const ended = isSpent(told) && pods.length > 0 && !pods.some(hasEnded) ? undefined : told;
  const words = pods.map((pod) => wordsOf((pod['status'] ?? {}) as PodStatus)).findLast((item) => item !== undefined);
  // A runner that has done its work leaves words, too; until its Job has ended they are no hindrance to tell of.
  const gone = ended !== undefined && pods.length === 0 && isSpent(ended) ? 'its pod was deleted' : undefined;
  const message = words?.ok === true ? undefined : (words?.message ?? gone ?? ended?.message);
  const interrupted = isSpent(ended) && (gone !== undefined || words?.interrupted === true);
  return {
    name: job.metadata.name,
    purpose: labels[jobLabels.purpose] === 'uninstall' ? 'uninstall' : 'deliver',
    inputsHash: labels[jobLabels.inputs] ?? '',
    attempt: Number(labels[jobLabels.attempt] ?? 1),
    phase: ended?.phase ?? 'active',
    ...(ended === undefined && pods.length === 0 ? { podless: true } : {}),
    ...(interrupted ? { interrupted } : {}),
    ...(message === undefined ? {} : { message }),
    ...(words?.revision === undefined ? {} : { revision: words.revision }),
    ...(ended?.at === undefined ? {} : { finishedAt: ended.at }),
  };
}

function hasEnded(pod: KubeObject): boolean {
  const { phase, containerStatuses = [] } = (pod['status'] ?? {}) as PodStatus;
  return phase === 'Failed' || phase === 'Succeeded' || containerStatuses.some(({ state }) => state?.terminated);
}

type End = { phase: 'succeeded' | 'failed'; at?: string; reason?: string; message?: string };

/** Its one pod has failed; other ends are the Job's own, its deadline above all. */
function isSpent(end: End | undefined): boolean {
  return end?.phase === 'failed' && end.reason === 'BackoffLimitExceeded';
}

function endOf(job: KubeObject): End | undefined {
  const ended = trueCondition(job, 'Complete', 'Failed');
  if (ended === undefined) return undefined;
  const { type, reason, message, lastTransitionTime } = ended;
  const at = lastTransitionTime === undefined ? {} : { at: lastTransitionTime };
  if (type === 'Complete') return { phase: 'succeeded', ...at };
  const told = [reason, message].filter(Boolean).join(': ') || 'the Job failed';
  return { phase: 'failed', ...at, message: told, ...(reason === undefined ? {} : { reason }) };
}

type Words = Pick<JobResult, 'ok' | 'message' | 'revision' | 'interrupted'>;

/** The runner's own result first; else what kept the container from leaving one. */
function wordsOf(status: PodStatus): Words | undefined {
  const state = status.containerStatuses?.[0]?.state;
  const result = parseResult(state?.terminated?.message);
  if (status.phase === 'Failed' && status.reason === 'DeadlineExceeded') return late(result);
  if (result !== undefined) {
    const { tail: _, ...words } = result;
    return words;
  }
  const interruption = lost(status) ?? killed(state?.terminated);
  if (interruption !== undefined) return { ok: false, message: interruption, interrupted: true };
  const message = terminated(state?.terminated) ?? waiting(state?.waiting) ?? unscheduled(status.conditions);
  return message === undefined ? undefined : { ok: false, message };
}

/** At the deadline of the pod: what its runner was told to stop for is no interruption. */
function late(result: JobResult | undefined): Words {
  const last = result === undefined || result.ok ? '' : `: ${result.message}`;
  const message = `the runner took longer than spec.timeout allows, and was told to stop${last}`;
  return { ok: false, message, ...(result?.revision === undefined ? {} : { revision: result.revision }) };
}

/** Evicted, preempted, or its node is gone or going. */
function lost(status: PodStatus): string | undefined {
  if (status.phase !== 'Failed') return undefined;
  const disrupted = status.conditions?.find((item) => item.type === 'DisruptionTarget' && item.status === 'True');
  const { reason, message } = status.reason === undefined ? (disrupted ?? {}) : status;
  if (reason === undefined) return undefined;
  return `the runner pod was lost (${[reason, message].filter(Boolean).join(': ')})`;
}

/** Ended by SIGKILL or SIGTERM from outside; what the runner itself starts and loses, it tells of. */
function killed(end: ContainerState['terminated']): string | undefined {
  if (end === undefined || end.reason === 'OOMKilled' || (end.exitCode !== 137 && end.exitCode !== 143))
    return undefined;
  return `the runner was killed (exit code ${end.exitCode})`;
}

function terminated(end: ContainerState['terminated']): string | undefined {
  if (end === undefined || end.exitCode === 0) return undefined;
  if (end.reason === 'OOMKilled') return 'the runner ran out of memory: give runner Jobs a higher limit';
  return `the runner ended with exit code ${end.exitCode} and left no result`;
}

function waiting(wait: ContainerState['waiting']): string | undefined {
  if (wait?.reason === undefined || wait.reason === 'ContainerCreating' || wait.reason === 'PodInitializing')
    return undefined;
  return `the runner pod waits: ${[wait.reason, wait.message].filter(Boolean).join(': ')}`;
}

function unscheduled(conditions: PodStatus['conditions']): string | undefined {
  const found = conditions?.find((item) => item.type === 'PodScheduled' && item.status === 'False');
  return found === undefined ? undefined : `the runner pod cannot be scheduled: ${found.message ?? found.reason ?? ''}`;
}
