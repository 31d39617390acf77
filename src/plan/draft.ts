import type { Warning } from '../api/service-status.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Group } from '../core/plan.ts';
import type { ObjectMeta } from '../core/resource.ts';
import type { Failure } from '../core/result.ts';
import type { Opening } from '../core/window.ts';

type Wait = Readonly<{ reason: string; since: string; until?: string | undefined }>;

/**
 * A plan in the making, whatever its kind: the question (object, facts, now), what the steps found so far, and the
 * outcome as soon as one of them knows it.
 */
export type BaseDraft = Readonly<{
  object: Readonly<{
    apiVersion: string;
    kind: string;
    metadata: ObjectMeta & { namespace: string; uid: string };
  }>;
  before: Readonly<{ waiting?: Wait | undefined }>;
  now: Date;
  groups: readonly Group[];
  report: Readonly<{ waiting?: Wait | undefined; warnings?: Warning[] | undefined }>;
  /** When a maintenance window opens next; absent while one is open, and where there is none. */
  opening?: Opening;
  /** Something that goes wrong beside work that can go on; it becomes the outcome when all else is well. */
  concern?: Outcome;
  /** Set by the step that ends the plan. */
  outcome?: Outcome;
}>;

/** A draft that some step has ended. */
export type Ended<Draft> = Draft & Readonly<{ outcome: Outcome }>;

/** Runs steps in order until one of them ends the plan; `last` ends it in any case. */
export function runSteps<Draft extends BaseDraft>(
  draft: Draft,
  steps: readonly ((draft: Draft) => Draft)[],
  last: (draft: Draft) => Ended<Draft>,
): Ended<Draft> {
  const result = steps.reduce((current, step) => (hasEnded(current) ? current : step(current)), draft);
  return hasEnded(result) ? result : last(result);
}

export function hasEnded<Draft extends BaseDraft>(draft: Draft): draft is Ended<Draft> {
  return draft.outcome !== undefined;
}

export function end<Draft extends BaseDraft>(
  draft: Draft,
  kind: Outcome['kind'],
  reason: string,
  message: string,
  retryAfterMs?: number,
): Ended<Draft> {
  return { ...draft, outcome: { kind, reason, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) } };
}

/** Ends with a failure that a fact brought; `field` says which part of the spec it speaks of. */
export function endWith<Draft extends BaseDraft>(draft: Draft, failure: Failure, field: string): Ended<Draft> {
  return { ...draft, outcome: inField(failure, field) };
}

export function inField(failure: Failure, field: string): Failure {
  return failure.message.startsWith('spec.') ? failure : { ...failure, message: `${field}: ${failure.message}` };
}

export function report<Draft extends BaseDraft>(draft: Draft, part: Partial<Draft['report']>): Draft {
  return { ...draft, report: { ...draft.report, ...part } };
}

/** Tells of what is odd and stops nothing. */
export function warn<Draft extends BaseDraft>(draft: Draft, ...more: readonly Warning[]): Draft {
  const { warnings = [] } = draft.report;
  return report(draft, { warnings: [...warnings, ...more] });
}

/** Since when this wait goes on: from status when it was the same one, else from now. */
export function waitingSince(draft: BaseDraft, reason: string): string {
  const last = draft.before.waiting;
  return last?.reason === reason ? last.since : draft.now.toISOString();
}

/** Ends with a wait; its message tells what for and since when, and status remembers it. */
export function wait<Draft extends BaseDraft>(
  draft: Draft,
  kind: Outcome['kind'],
  reason: string,
  what: string,
  retryAfterMs?: number,
): Ended<Draft> {
  const since = waitingSince(draft, reason);
  return end(report(draft, { waiting: { reason, since } }), kind, reason, `${what}, since ${since}`, retryAfterMs);
}
