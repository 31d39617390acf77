import type { TerraformObject } from '../../api/terraform-object.ts';
import type { TerraformReport, TerraformStatus } from '../../api/terraform-status.ts';
import type { BaseDraft, Ended as EndedOf } from '../draft.ts';
import type { TerraformFacts } from './facts.ts';

/** What is to be deployed, once every step before has added its part. */
export type Desired = Readonly<{
  /** Variables, placeholders filled. */
  variables: Readonly<Record<string, string>>;
  /** Values in them that came from `data` of the cluster Secret. */
  sensitive: readonly string[];
  /** Hash of the variables; `spec` where a person has a destroy given those of the spec, empty where none is known. */
  variablesHash: string;
  /** As the kubelet pulls it. */
  image: string;
  inputsHash: string;
  /** Arguments of `postDeploy`. */
  arguments: string;
}>;

export type Draft = BaseDraft &
  Readonly<{
    object: TerraformObject;
    before: TerraformStatus;
    facts: TerraformFacts;
    desired: Desired;
    report: TerraformReport;
    /** True where something is removed that only an older report still needs. */
    reportFirst?: boolean;
    /** True where the report holds only if what a run has printed could be written. */
    unsettled?: boolean;
    /** What is to be published; only in the pass that reads what `postDeploy` has printed. */
    found?: readonly FoundOutput[];
  }>;

/** An output that `spec.publish` names, with its value as text. */
export type FoundOutput = Readonly<{
  name: string;
  value: string;
  sensitive: boolean;
  steps: readonly (string | number)[];
}>;

export type Step = (draft: Draft) => Draft;

export type Ended = EndedOf<Draft>;

export function desire(draft: Draft, part: Partial<Desired>): Draft {
  return { ...draft, desired: { ...draft.desired, ...part } };
}

/** The report without these fields. */
export function forget(draft: Draft, ...fields: readonly (keyof TerraformReport)[]): Draft {
  const kept = Object.entries(draft.report).filter(([name]) => !fields.some((field) => field === name));
  return { ...draft, report: Object.fromEntries(kept) as TerraformReport };
}
