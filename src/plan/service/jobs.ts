import type { JobRecord } from '../../api/service-status.ts';
import { intervalOr } from '../../core/duration.ts';
import { type HelmInstall, type HelmUninstall, type JobRequest, refOf } from '../../core/plan.ts';
import { nextRecord, noteRetry, type Purpose as PurposeOf } from '../attempts.ts';
import { type Hindrance, tellPodless } from '../hindrance.ts';
import { counted, interruptedReason, tellInterruption } from '../interruptions.ts';
import { type Draft, type Ended, end, report, tellDesired } from './draft.ts';
import type { Job } from './facts.ts';

/** What a next Job would be for. */
export type Purpose = PurposeOf<JobRecord['purpose']>;

/** Takes over into the record how the recorded Job ended, or a Job that runs and is not recorded (a restored object). */
export function settleJob(draft: Draft): Draft {
  const { jobs } = draft.facts;
  const last = draft.before.job;
  const active = jobs.find((job) => job.phase === 'active');
  if (active !== undefined) return report(draft, { job: recordOf(active, draft) });
  if (last === undefined || last.phase !== undefined) return draft;
  const found = jobs.find((job) => job.name === last.name);
  if (found === undefined) return draft;
  return report(draft, { job: finished(last, found, draft) });
}

function recordOf({ name, purpose, inputsHash, attempt }: Job, { before, now }: Draft): JobRecord {
  if (before.job?.name === name) return before.job;
  return { name, purpose, inputsHash, attempt, startedAt: now.toISOString() };
}

function finished(record: JobRecord, job: Job, { now }: Draft): JobRecord {
  return {
    ...record,
    phase: job.phase === 'failed' ? 'failed' : 'succeeded',
    finishedAt: job.finishedAt ?? now.toISOString(),
    ...counted(record, job),
    ...(job.message === undefined ? {} : { message: job.message }),
    ...(job.revision === undefined ? {} : { revision: job.revision }),
  };
}

/** One runner at a time: whatever it does, it is waited for; killing Helm in its work leaves a half of it behind. */
export function awaitJob(draft: Draft): Draft {
  const active = draft.facts.jobs.find((job) => job.phase === 'active');
  if (active === undefined) return draft;
  const record = recordOf(active, draft);
  const since = record.startedAt;
  const hindrance = hindranceOf(draft, active, since);
  const deleting = draft.object.metadata.deletionTimestamp !== undefined;
  const isWanted = deleting ? active.purpose === 'uninstall' : active.inputsHash === draft.desired.inputsHash;
  if (isWanted) return running(draft, record, hindrance);
  const next = deleting ? 'the uninstall' : 'the next delivery';
  const message = `${next} waits for the Job ${active.name} of the one before to end, since ${since}${hindrance.why}`;
  return end(draft, 'working', 'JobRunning', message, hindrance.againMs);
}

function hindranceOf(draft: Draft, { name, message, podless }: Job, startedAt: string): Hindrance {
  if (message !== undefined) return { why: ` (${message})` };
  return podless === true ? tellPodless(draft, { name, startedAt }) : { why: '' };
}

/** A Job of the present inputs is under way. The same words when it starts and while it runs: one status write for both. */
function running(draft: Draft, record: JobRecord, { why, againMs }: Hindrance = { why: '' }): Ended {
  const { object } = draft;
  const does =
    object.metadata.deletionTimestamp === undefined
      ? `delivers ${tellDesired(draft)}`
      : `uninstalls the release "${object.spec.source.releaseName}"`;
  const before = tellInterruption(record);
  const reason = record.interruption === undefined ? 'JobRunning' : interruptedReason;
  return end(draft, 'working', reason, `Job ${record.name} ${does}, since ${record.startedAt}${before}${why}`, againMs);
}

/** Records and requests the next Job, and ends the plan. */
export function startJob(draft: Draft, of: Purpose, run: HelmInstall | HelmUninstall): Ended {
  const { metadata, spec } = draft.object;
  const record: JobRecord = nextRecord(draft, run.release, of);
  const { name, attempt } = record;
  const { image } = draft.desired;
  const job: JobRequest = {
    owner: { ...refOf(draft.object), uid: metadata.uid },
    name,
    namespace: metadata.namespace,
    attempt,
    inputsHash: of.inputsHash,
    serviceAccount: spec.serviceAccountName ?? draft.facts.settings.runner.serviceAccount,
    run,
  };
  const noted = report(noteRetry(draft), { job: image === undefined ? record : { ...record, image } });
  const groups = [...noted.groups, { name: 'job', actions: [{ type: 'run-job', job } as const] }];
  return running({ ...noted, groups }, record);
}

/** Seconds that Helm may take. */
export function timeoutSeconds(draft: Draft): number {
  const { timeoutSeconds: standard } = draft.facts.settings.runner;
  return Math.ceil(intervalOr(draft.object.spec.timeout, standard * 1000) / 1000);
}
