import type { JobRecord } from '../../api/service-status.ts';
import { intervalOr } from '../../core/duration.ts';
import { sha256 } from '../../core/hash.ts';
import type { HelmInstall, HelmUninstall, JobRequest } from '../../core/plan.ts';
import { brief } from '../../core/text.ts';
import { type Draft, type Ended, end, report, tellDesired } from './draft.ts';
import type { Job } from './facts.ts';

const retryAnnotation = 'alustan.io/retry';
/** Characters of a tool's words that a message quotes; the record of the Job has them all. */
const wordsLimit = 220;
/** Kubernetes copies a Job's name into a label. */
const nameLimit = 63;

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
    failures: job.phase === 'failed' ? (record.failures ?? 0) + 1 : 0,
    ...(job.message === undefined ? {} : { message: job.message }),
    ...(job.revision === undefined ? {} : { revision: job.revision }),
  };
}

/** One runner at a time: whatever it does, it is waited for; killing Helm in its work leaves a half of it behind. */
export function awaitJob(draft: Draft): Draft {
  const active = draft.facts.jobs.find((job) => job.phase === 'active');
  if (active === undefined) return draft;
  const since = recordOf(active, draft).startedAt;
  const why = active.message === undefined ? '' : ` (${active.message})`;
  const deleting = draft.object.metadata.deletionTimestamp !== undefined;
  const isWanted = deleting ? active.purpose === 'uninstall' : active.inputsHash === draft.desired.inputsHash;
  if (isWanted) return end(draft, 'working', 'JobRunning', `${tellJob(draft, active.name)}, since ${since}${why}`);
  const next = deleting ? 'the uninstall' : 'the next delivery';
  const message = `${next} waits for the Job ${active.name} of the one before to end, since ${since}${why}`;
  return end(draft, 'working', 'JobRunning', message);
}

/** What a Job of the present inputs does. The same words when it starts and while it runs: one status write for both. */
function tellJob(draft: Draft, job: string): string {
  const { object } = draft;
  if (object.metadata.deletionTimestamp !== undefined) {
    return `Job ${job} uninstalls the release "${object.spec.source.releaseName}"`;
  }
  return `Job ${job} delivers ${tellDesired(draft)}`;
}

/** What a next Job would be for. */
export type Purpose = Readonly<{ purpose: JobRecord['purpose']; inputsHash: string }>;

function isOf(job: Pick<Job, 'purpose' | 'inputsHash'> | undefined, of: Purpose): boolean {
  return job?.purpose === of.purpose && job.inputsHash === of.inputsHash;
}

/** Value of `alustan.io/retry` that has not been acted on. */
export function wantedRetry(draft: Draft): string | undefined {
  const value = draft.object.metadata.annotations?.[retryAnnotation];
  return value === draft.before.lastHandledRetry ? undefined : value;
}

/** Takes note of `alustan.io/retry`, where it is acted on or there is nothing to do. */
export function noteRetry(draft: Draft): Draft {
  const retry = wantedRetry(draft);
  return retry === undefined ? draft : report(draft, { lastHandledRetry: retry });
}

/** E20: after a failed Job, waits for the next attempt, or for a changed input once the limit is reached. */
export function limitAttempts(draft: Draft, of: Purpose): Draft {
  const last = draft.report.job;
  if (last === undefined || !isOf(last, of) || last.phase !== 'failed' || wantedRetry(draft) !== undefined)
    return draft;
  const failures = last.failures ?? 1;
  const { retryLimit, retryDelayMs, retryDelayMaxMs } = draft.facts.settings;
  const limit = draft.object.spec.retries ?? retryLimit;
  const what = `Job ${last.name} failed: ${brief(last.message ?? `it left no message (see kubectl describe job ${last.name})`, wordsLimit)}`;
  if (failures > limit) {
    const remedy = `change an input, or set the annotation ${retryAnnotation} to a new value`;
    return end(draft, 'exhausted', 'RetriesExhausted', `${what}; given up after ${times(failures)}; ${remedy}`);
  }
  const delay = Math.min(retryDelayMs * 2 ** (failures - 1), retryDelayMaxMs);
  const due = Date.parse(last.finishedAt ?? last.startedAt) + delay;
  const left = due - draft.now.getTime();
  if (left <= 0) return draft;
  const next = `attempt ${failures + 1} of ${limit + 1} starts at ${new Date(due).toISOString()}`;
  return end(draft, 'delivery', 'JobFailed', `${what}; ${next}`, left);
}

function times(count: number): string {
  return count === 1 ? 'one attempt' : `${count} attempts`;
}

/** Records and requests the next Job, and ends the plan. */
export function startJob(draft: Draft, of: Purpose, run: HelmInstall | HelmUninstall): Ended {
  const { metadata, spec, apiVersion, kind } = draft.object;
  const last = draft.report.job;
  const attempt = nextAttempt(draft, of);
  const name = jobName(run.release, of, metadata.uid, attempt);
  const failures = isOf(last, of) && wantedRetry(draft) === undefined ? (last?.failures ?? 0) : 0;
  const record: JobRecord = { ...of, name, attempt, startedAt: draft.now.toISOString(), failures };
  const { image } = draft.desired;
  const job: JobRequest = {
    owner: { apiVersion, kind, namespace: metadata.namespace, name: metadata.name, uid: metadata.uid },
    name,
    namespace: metadata.namespace,
    attempt,
    inputsHash: of.inputsHash,
    serviceAccount: spec.serviceAccountName ?? draft.facts.settings.runner.serviceAccount,
    run,
  };
  const noted = report(noteRetry(draft), { job: image === undefined ? record : { ...record, image } });
  const groups = [...noted.groups, { name: 'job', actions: [{ type: 'run-job', job } as const] }];
  return end({ ...noted, groups }, 'working', 'JobRunning', `${tellJob(draft, name)}, since ${record.startedAt}`);
}

/**
 * A Job that was recorded and never seen is created under the same name, so that a crash between the two makes no
 * second one. Otherwise the number after the highest: names of Jobs that still lie about are never used twice.
 */
function nextAttempt(draft: Draft, of: Purpose): number {
  const last = draft.report.job;
  const same = last !== undefined && isOf(last, of) ? last : undefined;
  if (same !== undefined && same.phase === undefined) return same.attempt;
  const known = draft.facts.jobs.filter((job) => isOf(job, of)).map((job) => job.attempt);
  return Math.max(0, same?.attempt ?? 0, ...known) + 1;
}

/** E20: release, hash, attempt. The owner's uid is part of the hash: a Service made anew finds no Jobs of its forerunner. */
function jobName(release: string, of: Purpose, uid: string, attempt: number): string {
  const tail = `-${sha256(`${uid} ${of.purpose} ${of.inputsHash}`).slice(0, 10)}-${attempt}`;
  return `${release.slice(0, nameLimit - tail.length).replace(/-+$/, '')}${tail}`;
}

/** Seconds that Helm may take. */
export function timeoutSeconds(draft: Draft): number {
  const { timeoutSeconds: standard } = draft.facts.settings.runner;
  return Math.ceil(intervalOr(draft.object.spec.timeout, standard * 1000) / 1000);
}
