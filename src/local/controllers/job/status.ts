import type { Action } from '../../cluster/action.ts';
import { withoutZeros } from '../../cluster/json.ts';
import { stamp } from '../../cluster/pods.ts';
import type { Job, JobCondition, JobStatus, Pod } from '../../cluster/types.ts';
import { type Counts, formatIndexes, hasFinalizer, indexOf, parseIndexes } from './counts.ts';
import type { Verdict } from './verdict.ts';

/**
 * The Job's next status. Ended pods are first listed by uid, then lose their finalizer, then move into the counters:
 * so each is counted once whatever is interrupted. The Job is over when its last pod has ended and is counted.
 */
export function jobStatus(
  job: Job,
  owned: readonly Pod[],
  counts: Counts,
  verdict: Verdict | undefined,
  now: Date,
): { status: JobStatus; events: Action[] } {
  const before = job.status ?? {};
  const ledger = count(before, owned, counts);
  const active = verdict || job.spec.suspend ? 0 : counts.active.length;
  const status: JobStatus = {
    ...withoutZeros({ active, succeeded: ledger.succeeded, failed: ledger.failed }),
    ready: verdict || job.spec.suspend ? 0 : counts.ready,
    terminating: counts.terminating + (verdict || job.spec.suspend ? counts.active.length : 0),
    uncountedTerminatedPods: ledger.uncounted,
  };
  const indexes = completedIndexes(job, counts);
  if (indexes !== undefined) status.completedIndexes = indexes;
  const startTime = job.spec.suspend ? undefined : (before.startTime ?? stamp(now));
  if (startTime !== undefined) status.startTime = startTime;
  const quiet = status.terminating === 0 && ledger.settled && counts.active.length === 0;
  const { conditions, events } = judged(job, verdict, quiet, now);
  if (conditions.length > 0) status.conditions = conditions;
  if (verdict?.met && quiet) status.completionTime = before.completionTime ?? stamp(now);
  return { status, events };
}

function count(before: JobStatus, owned: readonly Pod[], counts: Counts) {
  const holding = new Set(owned.filter(hasFinalizer).map((pod) => pod.metadata.uid));
  const listed = { succeeded: [], failed: [], ...before.uncountedTerminatedPods };
  const done = (uids: readonly string[]): number => uids.filter((uid) => !holding.has(uid)).length;
  const next = (uids: readonly string[], fresh: readonly Pod[]): string[] => [
    ...uids.filter((uid) => holding.has(uid)),
    ...fresh.map((pod) => pod.metadata.uid ?? ''),
  ];
  const succeeded = next(listed.succeeded, counts.fresh.succeeded);
  const failed = next(listed.failed, counts.fresh.failed);
  return {
    succeeded: (before.succeeded ?? 0) + done(listed.succeeded),
    failed: (before.failed ?? 0) + done(listed.failed),
    uncounted: { ...(succeeded.length ? { succeeded } : {}), ...(failed.length ? { failed } : {}) },
    settled: succeeded.length === 0 && failed.length === 0,
  };
}

function completedIndexes(job: Job, counts: Counts): string | undefined {
  if (job.spec.completionMode !== 'Indexed') return undefined;
  const fresh = counts.fresh.succeeded.map(indexOf).filter((index) => index !== undefined);
  return formatIndexes([...parseIndexes(job.status?.completedIndexes), ...fresh]) || undefined;
}

function judged(job: Job, verdict: Verdict | undefined, quiet: boolean, now: Date) {
  const conditions = [...(job.status?.conditions ?? [])];
  const events: Action[] = [];
  const add = (type: string, status: string, reason: string, message: string): boolean => {
    const at = conditions.findIndex((condition) => condition.type === type);
    if (conditions[at]?.status === status) return false;
    const time = stamp(now);
    const next: JobCondition = { type, status, lastProbeTime: time, lastTransitionTime: time, reason, message };
    conditions.splice(at < 0 ? conditions.length : at, 1, next);
    return true;
  };
  const tell = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    events.push({ do: 'event', object: job, type, reason, message });
  if (verdict === undefined) {
    const suspended = conditions.some(({ type, status }) => type === 'Suspended' && status === 'True');
    if (job.spec.suspend && add('Suspended', 'True', 'JobSuspended', 'Job suspended'))
      tell('Normal', 'Suspended', 'Job suspended');
    else if (!job.spec.suspend && suspended && add('Suspended', 'False', 'JobResumed', 'Job resumed')) {
      tell('Normal', 'Resumed', 'Job resumed');
    }
    return { conditions, events };
  }
  const { met, reason, message } = verdict;
  add(met ? 'SuccessCriteriaMet' : 'FailureTarget', 'True', reason, message);
  if (quiet && add(met ? 'Complete' : 'Failed', 'True', reason, message)) {
    if (met) tell('Normal', 'Completed', 'Job completed');
    else tell('Warning', reason, message);
  }
  return { conditions, events };
}
