import { retryAnnotation } from '../core/annotations.ts';
import { sha256 } from '../core/hash.ts';
import type { Outcome } from '../core/outcome.ts';
import { brief } from '../core/text.ts';
import { annotate, newValue } from './annotate.ts';
import { type BaseDraft, end, report } from './draft.ts';
import { afterInterruption, type Interrupted, wasInterrupted } from './interruptions.ts';

/** Characters of a tool's words that a message quotes; the record of the Job has them all. */
const wordsLimit = 220;
/** Kubernetes copies a Job's name into a label. */
const nameLimit = 63;

/** What a Job is for: all Jobs of one purpose and one hash are attempts at the same thing. */
export type Purpose<Word extends string = string> = Readonly<{ purpose: Word; inputsHash: string }>;

/** A Job as status remembers it. */
export type JobRecord = Purpose &
  Interrupted &
  Readonly<{
    name: string;
    attempt: number;
    /** RFC 3339. */
    startedAt: string;
    finishedAt?: string | undefined;
  }>;

/** A draft of a kind that works by Jobs. */
type Draft = BaseDraft &
  Readonly<{
    object: Readonly<{ spec: Readonly<{ retries?: number | undefined }> }>;
    before: Readonly<{ lastHandledRetry?: string | undefined }>;
    facts: Readonly<{
      settings: Readonly<{ retryLimit: number; retryDelayMs: number; retryDelayMaxMs: number }>;
      jobs: readonly (Purpose & Readonly<{ attempt: number }>)[];
    }>;
    report: Readonly<{
      job?: JobRecord | undefined;
      lastHandledRetry?: string | undefined;
      /** The highest attempt of all that there were, where the kind keeps it: a cache of Jobs may lag behind. */
      runs?: number | undefined;
    }>;
  }>;

export function isOf(job: Purpose | undefined, of: Purpose): boolean {
  return job?.purpose === of.purpose && job.inputsHash === of.inputsHash;
}

/** Value of `alustan.io/retry` that has not been acted on. */
export function wantedRetry(draft: Draft): string | undefined {
  const value = draft.object.metadata.annotations?.[retryAnnotation];
  return value === draft.before.lastHandledRetry ? undefined : value;
}

/** Takes note of `alustan.io/retry`, where it is acted on or there is nothing to do. */
export function noteRetry<D extends Draft>(draft: D): D {
  const retry = wantedRetry(draft);
  return retry === undefined ? draft : report<D>(draft, { lastHandledRetry: retry } as Partial<D['report']>);
}

/**
 * What a failed attempt means while another will follow, and when none will; what follows, if not that; and what else a
 * person can do once none will.
 */
type Ends = Readonly<{ again?: Outcome['kind']; spent?: Outcome['kind']; next?: string; wayOut?: string }>;

/** E20: after a failed Job, waits for the next attempt, or for a changed input once the limit is reached. */
export function limitAttempts<D extends Draft>(
  draft: D,
  of: Purpose,
  { again = 'delivery', spent = 'exhausted', next, wayOut }: Ends = {},
): D {
  const last = draft.report.job;
  if (last === undefined || !isOf(last, of) || last.phase !== 'failed' || wantedRetry(draft) !== undefined)
    return draft;
  if (wasInterrupted(last)) return draft;
  const failures = last.failures ?? 1;
  const { retryLimit, retryDelayMs, retryDelayMaxMs } = draft.facts.settings;
  const limit = draft.object.spec.retries ?? retryLimit;
  const what = tellFailure(last);
  if (failures > limit) {
    const other = wayOut === undefined ? '' : `${wayOut}; `;
    const remedy = `change an input; ${other}or try again: ${annotate(draft.object, retryAnnotation, newValue)}`;
    return end(draft, spent, 'RetriesExhausted', `${what}; given up after ${times(failures)}; ${remedy}`);
  }
  const delay = Math.min(retryDelayMs * 2 ** (failures - 1), retryDelayMaxMs);
  const due = Date.parse(last.finishedAt ?? last.startedAt) + delay;
  const left = due - draft.now.getTime();
  if (left <= 0) return draft;
  const follows = next ?? `attempt ${failures + 1} of ${limit + 1} starts`;
  return end(draft, again, 'JobFailed', `${what}; ${follows} at ${new Date(due).toISOString()}`, left);
}

export function tellFailure({ name, message = `it left no message (see kubectl describe job ${name})` }: JobRecord) {
  return `Job ${name} failed: ${brief(message, wordsLimit)}`;
}

function times(count: number): string {
  return count === 1 ? 'one attempt' : `${count} attempts`;
}

/**
 * The record of the next attempt, named `<base>-<hash>-<attempt>` (E20). The owner's uid is part of the hash: an object
 * made anew finds no Jobs of its forerunner.
 */
export function nextRecord<Word extends string>(draft: Draft, base: string, of: Purpose<Word>) {
  const last = draft.report.job;
  const unmade = unmadeOf(last, of);
  const attempt = unmade?.attempt ?? nextAttempt(draft, of);
  const { uid } = draft.object.metadata;
  const tail = `-${sha256(`${uid} ${of.purpose} ${of.inputsHash}`).slice(0, 10)}-${attempt}`;
  const name = `${base.slice(0, nameLimit - tail.length).replace(/[-.]+$/, '')}${tail}`;
  const goesOn = last !== undefined && isOf(last, of) && wantedRetry(draft) === undefined;
  const before = goesOn ? { failures: last.failures ?? 0, ...afterInterruption(last) } : { failures: 0 };
  return { ...of, name, attempt, startedAt: unmade?.startedAt ?? draft.now.toISOString(), ...before };
}

/**
 * A Job that was recorded and never seen is created as it was recorded, so that a crash between the two makes no second
 * one: its Secret may be there, and what that says of the run holds.
 */
function unmadeOf(last: JobRecord | undefined, of: Purpose): JobRecord | undefined {
  return last !== undefined && isOf(last, of) && last.phase === undefined ? last : undefined;
}

/** The number after the highest: names of Jobs that still lie about are never used twice. */
function nextAttempt(draft: Draft, of: Purpose): number {
  const last = draft.report.job;
  const known = [...draft.facts.jobs, ...(last === undefined ? [] : [last])].filter((job) => isOf(job, of));
  return Math.max(draft.report.runs ?? 0, ...known.map((job) => job.attempt)) + 1;
}
