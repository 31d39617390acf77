import { isPending } from '../../core/helm-release.ts';
import { type Draft, end, report, waitingSince } from './draft.ts';
import type { Release } from './facts.ts';
import { timeoutSeconds } from './jobs.ts';

const reason = 'ReleaseLocked';

/**
 * E20: a runner frees the lock that it finds on a release, so none is started while Helm may be alive behind it. What
 * proves it dead: the record of our own Job that made it, or an age that no run of Helm reaches.
 */
export function awaitLock(draft: Draft): Draft {
  const { release } = draft.facts;
  if (!release.ok || release.value === undefined || !isPending(release.value.status)) return draft;
  if (isLeftByOwnJob(draft, release.value)) return draft;
  const since = release.value.since ?? waitingSince(draft, reason);
  const due = Date.parse(since) + timeoutSeconds(draft) * 1000;
  const left = due - draft.now.getTime();
  if (left <= 0) return draft;
  const message =
    `release "${draft.object.spec.source.releaseName}" is being changed by someone else (${release.value.status}), ` +
    `since ${since}: let that helm end; at ${new Date(due).toISOString()} it counts as dead`;
  return end(report(draft, { waiting: { reason, since } }), 'waiting', reason, message, left);
}

/**
 * Helm hands labels on from one revision to the next, so the label of a lock says little by itself: the Job that has
 * it must have died without success, and the lock must not be younger than its end.
 */
function isLeftByOwnJob({ report: { job } }: Draft, { status, inputs, since }: Release): boolean {
  if (job === undefined || job.phase === 'succeeded') return false;
  const isItsWork = status === 'uninstalling' ? job.purpose === 'uninstall' : inputs === job.inputsHash;
  if (!isItsWork || job.finishedAt === undefined) return isItsWork;
  return since !== undefined && Date.parse(since) <= Date.parse(job.finishedAt);
}
