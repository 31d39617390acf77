import type { JobRecord } from '../../api/service-status.ts';
import { isPending } from '../../core/helm-release.ts';
import { type Draft, desire, end, report, waitingSince } from './draft.ts';
import type { Release } from './facts.ts';
import { timeoutSeconds } from './jobs.ts';

const reason = 'ReleaseLocked';

/**
 * E20: no runner is started while Helm may be alive behind a lock. What proves it dead: the record of our own Job that
 * made it, or an age that no run of Helm reaches. The runner is told which lock it may free, and frees no other.
 */
export function awaitLock(draft: Draft): Draft {
  const { release } = draft.facts;
  if (!release.ok || release.value === undefined || !isPending(release.value.status)) return draft;
  const { record, revision } = release.value;
  const { job } = draft.report;
  if (job !== undefined && isLeftByOwnJob(job, release.value)) {
    return desire(draft, { unlock: { record, revision, proof: `its Job ${job.name} has ended` } });
  }
  const since = release.value.since ?? waitingSince(draft, reason);
  const due = Date.parse(since) + timeoutSeconds(draft) * 1000;
  const left = due - draft.now.getTime();
  if (left <= 0)
    return desire(draft, { unlock: { record, revision, proof: `it is from ${since}, too old for a run` } });
  const message =
    `release "${draft.object.spec.source.releaseName}" is being changed by someone else (${release.value.status}), ` +
    `since ${since}: let that helm end; at ${new Date(due).toISOString()} it counts as dead`;
  return end(report(draft, { waiting: { reason, since } }), 'waiting', reason, message, left);
}

/**
 * Helm hands labels on from one revision to the next, so the label of a lock says little by itself: the Job that has
 * it must have died without success, and the lock must not be younger than its end.
 */
function isLeftByOwnJob(job: JobRecord, { status, inputs, since }: Release): boolean {
  if (job.phase === 'succeeded') return false;
  const isItsWork = status === 'uninstalling' ? job.purpose === 'uninstall' : inputs === job.inputsHash;
  if (!isItsWork || job.finishedAt === undefined) return isItsWork;
  return since !== undefined && Date.parse(since) <= Date.parse(job.finishedAt);
}
