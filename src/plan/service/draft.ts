import type { ServiceObject } from '../../api/service.ts';
import type { ServiceReport, ServiceStatus } from '../../api/service-status.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { Group } from '../../core/plan.ts';
import type { Failure } from '../../core/result.ts';
import type { ServiceFacts } from './facts.ts';

/** What the Service wants to run, once every step before has added its part. */
export type Desired = Readonly<{
  /** Final values: placeholders filled, image written. */
  values: Readonly<Record<string, unknown>>;
  /** Values that came from `data` of the cluster Secret. */
  sensitive: readonly string[];
  /** As `name:tag`; undefined without a container registry. */
  image?: string;
  chartDigest: string;
  /** Commit or version, for people. */
  revision: string;
  postHooks: boolean;
  inputsHash: string;
}>;

/**
 * A plan in the making: the question (object, facts, now), what the steps found so far, and the outcome as soon as one
 * of them knows it.
 */
export type Draft = Readonly<{
  object: ServiceObject;
  before: ServiceStatus;
  facts: ServiceFacts;
  now: Date;
  desired: Desired;
  groups: readonly Group[];
  report: ServiceReport;
  /** Something that goes wrong beside a delivery that can go on; it becomes the outcome when all else is well. */
  concern?: Outcome;
  /** Set by the step that ends the plan. */
  outcome?: Outcome;
}>;

/** One named step: adds to the draft, or ends it. */
export type Step = (draft: Draft) => Draft;

/** A draft that some step has ended. */
export type Ended = Draft & Readonly<{ outcome: Outcome }>;

/** Runs steps in order until one of them ends the plan; `last` ends it in any case. */
export function runSteps(draft: Draft, steps: readonly Step[], last: (draft: Draft) => Ended): Ended {
  const result = steps.reduce((current, step) => (hasEnded(current) ? current : step(current)), draft);
  return hasEnded(result) ? result : last(result);
}

export function hasEnded(draft: Draft): draft is Ended {
  return draft.outcome !== undefined;
}

export function end(
  draft: Draft,
  kind: Outcome['kind'],
  reason: string,
  message: string,
  retryAfterMs?: number,
): Ended {
  return { ...draft, outcome: { kind, reason, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) } };
}

/** Ends with a failure that a fact brought; `field` says which part of the spec it speaks of. */
export function endWith(draft: Draft, failure: Failure, field: string): Ended {
  return { ...draft, outcome: inField(failure, field) };
}

export function inField(failure: Failure, field: string): Failure {
  return failure.message.startsWith('spec.') ? failure : { ...failure, message: `${field}: ${failure.message}` };
}

export function report(draft: Draft, part: Partial<ServiceReport>): Draft {
  return { ...draft, report: { ...draft.report, ...part } };
}

export function desire(draft: Draft, part: Partial<Desired>): Draft {
  return { ...draft, desired: { ...draft.desired, ...part } };
}

/** Since when this wait goes on: from status when it was the same one, else from now. */
export function waitingSince(draft: Draft, reason: string): string {
  const last = draft.before.waiting;
  return last?.reason === reason ? last.since : draft.now.toISOString();
}

/** Ends with a wait; its message tells what for and since when, and status remembers it. */
export function wait(draft: Draft, kind: Outcome['kind'], reason: string, what: string, retryAfterMs?: number): Ended {
  const since = waitingSince(draft, reason);
  return end(report(draft, { waiting: { reason, since } }), kind, reason, `${what}, since ${since}`, retryAfterMs);
}

/** For people: image and chart. */
export function tellDesired({ desired: { image, revision } }: Draft): string {
  return image === undefined ? `chart at ${revision}` : `${image}, chart at ${revision}`;
}
