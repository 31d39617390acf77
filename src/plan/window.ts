import { outsideWindowAnnotation } from '../core/annotations.ts';
import { nextOpening, type Opening, tellOpening, type Window } from '../core/window.ts';
import { isOf, type JobRecord, type Purpose, tellFailure } from './attempts.ts';
import { type BaseDraft, type Ended, end, report, waitingSince } from './draft.ts';
import { wasInterrupted } from './interruptions.ts';

const reason = 'OutsideWindow';
const field = 'spec.window';
/** Milliseconds: what waits is looked at this often, so that a clock that was set, or a machine that slept, costs no window. */
const longestMs = 3_600_000;

type Handled = Readonly<{ value: string; inputsHash?: string | undefined }>;

/** A draft of a kind that begins its deliveries in maintenance windows. */
type Draft = BaseDraft &
  Readonly<{
    object: Readonly<{ spec: Readonly<{ window?: readonly Window[] | undefined }> }>;
    before: Readonly<{ lastHandledOutsideWindow?: Handled | undefined }>;
    report: Readonly<{ job?: JobRecord | undefined; lastHandledOutsideWindow?: Handled | undefined }>;
  }>;

/** Reads the windows, and refuses what is none: at once, not only when something is to be delivered. */
export function readWindows<D extends Draft>(draft: D): D {
  const { window } = draft.object.spec;
  if (window === undefined) return draft;
  const next = nextOpening(window, draft.now, field);
  if (!next.ok) return { ...draft, outcome: next.failure };
  return next.value === undefined ? draft : { ...draft, opening: next.value };
}

/**
 * When the next Job of this purpose may begin; undefined: now. What was begun goes on: a run that was interrupted, and
 * what a person has let through, with all its attempts. A failed attempt is an end, and the next one waits.
 */
export function heldUntil(draft: Draft, of: Purpose): Opening | undefined {
  const { opening, report } = draft;
  if (opening === undefined || wantedOutside(draft) !== undefined) return undefined;
  const { job, lastHandledOutsideWindow: handled } = report;
  if (job === undefined || !isOf(job, of)) return opening;
  const isLetThrough = job.phase !== 'succeeded' && handled?.inputsHash === of.inputsHash;
  return isLetThrough || wasInterrupted(job) ? undefined : opening;
}

/** Value of the annotation that has not been acted on. */
function wantedOutside(draft: Draft): string | undefined {
  const value = draft.object.metadata.annotations?.[outsideWindowAnnotation];
  return value === draft.before.lastHandledOutsideWindow?.value ? undefined : value;
}

/** Takes note of the annotation, where it is acted on (`of`) or nothing waits: it does not count for what comes later. */
export function noteOutside<D extends Draft>(draft: D, of?: Purpose): D {
  const value = wantedOutside(draft);
  if (value === undefined) return draft;
  const handled = { value, ...(of === undefined ? {} : { inputsHash: of.inputsHash }) };
  return report<D>(draft, { lastHandledOutsideWindow: handled } as Partial<D['report']>);
}

/**
 * Where all attempts are spent nothing waits: the annotation counts for these inputs, once `alustan.io/retry` asks for
 * them again, and not for whatever comes next.
 */
export function noteOutsideWhenSpent<D extends Draft>(draft: D, of: Purpose): D {
  return draft.outcome?.kind === 'exhausted' ? noteOutside(draft, of) : draft;
}

/**
 * Ends with the wait for a window. What is delivered stays delivered (`stays` tells of it): whoever depends on it is not
 * held up. Where the attempt before has failed that stays the state.
 */
export function hold<D extends Draft>(draft: D, of: Purpose, opening: Opening, what: string, stays?: string): Ended<D> {
  const { job } = draft.report;
  const waits = tellHeld(draft, what, opening);
  const next = report<D>(draft, { waiting: waitingFor(draft, opening) } as Partial<D['report']>);
  const again = wakeMs(draft, opening);
  if (job !== undefined && isOf(job, of) && job.phase === 'failed') {
    return end(next, 'delivery', reason, `${tellFailure(job)}; ${waits}`, again);
  }
  if (stays === undefined) return end(next, 'waiting', reason, waits, again);
  return end(next, 'completed', reason, `${stays}; ${waits}`, again);
}

export function tellHeld(draft: BaseDraft, what: string, opening: Opening): string {
  const { since } = waitingFor(draft, opening);
  return `${what} waits for its window, since ${since}; ${tellNext(opening)}`;
}

function tellNext(opening: Opening): string {
  return `it opens at ${tellOpening(opening)}; a new value of the annotation ${outsideWindowAnnotation} begins at once`;
}

/** An end for another reason, whose remedy may be what waits. Since when is not told: status keeps one wait only. */
export function tellHeldToo<D extends BaseDraft>(draft: Ended<D>, what: string, opening: Opening): Ended<D> {
  const { outcome } = draft;
  const message = `${outcome.message}; ${what} waits for its window; ${tellNext(opening)}`;
  return wakeBy({ ...draft, outcome: { ...outcome, message } }, wakeMs(draft, opening));
}

/** The wait as status keeps it. */
export function waitingFor(draft: BaseDraft, { at }: Opening) {
  return { reason, since: waitingSince(draft, reason), until: at.toISOString() };
}

/** Milliseconds until the window opens, or until the next look before that. */
function wakeMs({ now }: BaseDraft, { at }: Opening): number {
  return Math.min(at.getTime() - now.getTime(), longestMs);
}

/** The same where something waits for its window; else undefined. */
export function heldMs(draft: BaseDraft): number | undefined {
  const { opening, report } = draft;
  return opening === undefined || report.waiting?.reason !== reason ? undefined : wakeMs(draft, opening);
}

/** The same end, looked at again at the latest in `ms`. */
export function wakeBy<D extends BaseDraft>(draft: Ended<D>, ms: number | undefined): Ended<D> {
  const times = [draft.outcome.retryAfterMs, ms].filter((time) => time !== undefined);
  if (times.length === 0) return draft;
  return { ...draft, outcome: { ...draft.outcome, retryAfterMs: Math.min(...times) } };
}
