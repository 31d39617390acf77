import { cutName, sha256 } from '../../core/hash.ts';
import type { TerraformRun } from '../../core/terraform-run.ts';
import { type Draft, desire } from './draft.ts';

/** Characters of a Secret's name. */
const nameLimit = 253;

/**
 * Name of the Secret that keeps the variables of a deploy. The owner's uid is part of it: an object made anew is never
 * given the Secret of its forerunner, which goes with that one.
 */
export function keptName({ metadata }: Pick<Draft['object'], 'metadata'>, hash: string): string {
  const tail = `-${sha256(`${metadata.uid} ${hash}`).slice(0, 10)}`;
  return `${cutName(`${metadata.name}-variables`, nameLimit - tail.length)}${tail}`;
}

/** E27: what is to be kept of a deploy. It is written before the Job: where one has begun, its variables are known. */
export function keepOf({ object, desired: { variablesHash: hash, sensitive } }: Draft): Pick<TerraformRun, 'keep'> {
  return { keep: { secret: keptName(object, hash), sensitive } };
}

/** With the variables that a deploy was given; undefined where they cannot be had. */
export function withKept(draft: Draft, hash: string | undefined): Draft | undefined {
  const kept = hash === undefined ? undefined : draft.facts.kept[hash];
  if (hash === undefined || kept === undefined || !('variables' in kept)) return undefined;
  return desire(draft, { ...kept, variablesHash: hash });
}
