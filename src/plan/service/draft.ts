import type { ServiceObject } from '../../api/service.ts';
import type { ServiceReport, ServiceStatus } from '../../api/service-status.ts';
import type { DeadLock } from '../../core/plan.ts';
import type { BaseDraft, Ended as EndedOf } from '../draft.ts';
import type { ServiceFacts } from './facts.ts';

export { end, endWith, hasEnded, report, runSteps, wait, waitingSince } from '../draft.ts';

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
  /** The lock on the release that the Job may free. */
  unlock?: DeadLock;
}>;

export type Draft = BaseDraft &
  Readonly<{
    object: ServiceObject;
    before: ServiceStatus;
    facts: ServiceFacts;
    desired: Desired;
    report: ServiceReport;
  }>;

/** One named step: adds to the draft, or ends it. */
export type Step = (draft: Draft) => Draft;

export type Ended = EndedOf<Draft>;

export function desire(draft: Draft, part: Partial<Desired>): Draft {
  return { ...draft, desired: { ...draft.desired, ...part } };
}

/** For people: image and chart. */
export function tellDesired({ desired: { image, revision } }: Draft): string {
  return image === undefined ? `chart at ${revision}` : `${image}, chart at ${revision}`;
}
