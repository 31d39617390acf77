import { trueCondition } from '../../../core/condition.ts';
import type { Job, Pod } from '../../cluster/types.ts';
import type { Counts } from './counts.ts';

/** Why a Job is over: `met` when it has done what it should. */
export type Verdict = Readonly<{ met: boolean; reason: string; message: string }>;

export function finishedCondition(job: Job): 'Complete' | 'Failed' | undefined {
  return trueCondition(job, 'Complete', 'Failed')?.type as 'Complete' | 'Failed' | undefined;
}

/** What the Job has been decided to be, while its last pods end. */
export function pendingVerdict(job: Job): Verdict | undefined {
  const target = trueCondition(job, 'SuccessCriteriaMet', 'FailureTarget');
  if (target === undefined) return undefined;
  return { met: target.type === 'SuccessCriteriaMet', reason: target.reason ?? '', message: target.message ?? '' };
}

/** Restarts of containers inside running pods count as failures too when pods restart them themselves. */
function failures(job: Job, counts: Counts): number {
  if (job.spec.template.spec.restartPolicy !== 'OnFailure') return counts.failed;
  const restarts = counts.active
    .flatMap((pod) => [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])])
    .reduce((sum, status) => sum + status.restartCount, 0);
  return counts.failed + restarts;
}

/** Whether a Job is over, from its counters. `now` in milliseconds. */
export function judge(job: Job, counts: Counts, now: number): Verdict | undefined {
  if (failures(job, counts) > (job.spec.backoffLimit ?? 6)) {
    const message = 'Job has reached the specified backoff limit';
    return { met: false, reason: 'BackoffLimitExceeded', message };
  }
  const left = deadlineInMs(job, now);
  if (left !== undefined && left <= 0) {
    return { met: false, reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
  }
  const { completions } = job.spec;
  const enough =
    completions === undefined
      ? counts.succeeded > 0 && counts.active.length === 0 && counts.terminating === 0
      : counts.succeeded >= completions;
  if (!enough) return undefined;
  return { met: true, reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' };
}

/** Milliseconds until `activeDeadlineSeconds` is over; undefined when there is none or it does not run. */
export function deadlineInMs(job: Job, now: number): number | undefined {
  const { activeDeadlineSeconds, suspend } = job.spec;
  const start = job.status?.startTime;
  if (activeDeadlineSeconds === undefined || suspend === true || start === undefined) return undefined;
  return Date.parse(start) + activeDeadlineSeconds * 1000 - now;
}

const firstDelayMs = 10_000;
const longestDelayMs = 600_000;

/** Milliseconds to wait before the next pod: 10 s after the first failure, doubled with each, 10 min at most. */
export function backOffMs(pods: readonly Pod[], now: number): number {
  const ended = pods.filter((pod) => pod.status?.phase === 'Failed').map(endOf);
  const lastSuccess = Math.max(0, ...pods.filter((pod) => pod.status?.phase === 'Succeeded').map(endOf));
  const since = ended.filter((time) => time > lastSuccess);
  if (since.length === 0) return 0;
  const delay = Math.min(firstDelayMs * 2 ** (since.length - 1), longestDelayMs);
  return Math.max(0, Math.max(...since) + delay - now);
}

function endOf(pod: Pod): number {
  const times = (pod.status?.containerStatuses ?? []).map(({ state }) =>
    Date.parse(state.terminated?.finishedAt ?? ''),
  );
  const known = times.filter((time) => !Number.isNaN(time));
  return known.length > 0 ? Math.max(...known) : Date.parse(pod.metadata.creationTimestamp ?? '') || 0;
}
