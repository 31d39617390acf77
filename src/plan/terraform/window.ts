import { limitAttempts } from '../attempts.ts';
import { heldUntil, hold } from '../window.ts';
import { type Draft, desire } from './draft.ts';
import { hashInputs } from './image.ts';
import { areOutputsRead } from './output.ts';

/** What a deploy of all that is desired is for. */
export function purposeOf({ desired: { inputsHash } }: Draft) {
  return { purpose: 'deploy', inputsHash } as const;
}

export function isApplied({ report, desired }: Draft): boolean {
  return report.lastAppliedHash === desired.inputsHash;
}

/**
 * Outside of the maintenance windows a newer image waits like one that cannot be pulled yet: drift is looked for, outputs
 * are read and published with the one that is deployed. Not with `approval: manual`: its plan is made of the newer one.
 */
export function keepImage(draft: Draft): Draft {
  const { lastAppliedImage } = draft.report;
  if (isManual(draft) || isApplied(draft) || lastAppliedImage === undefined) return draft;
  const of = purposeOf(draft);
  const opening = heldUntil(draft, of);
  if (opening === undefined) return draft;
  const kept = hashInputs(desire(draft, { image: lastAppliedImage }));
  if (!isApplied(kept)) return draft;
  const { report, outcome } = hold(draft, of, opening, draft.desired.image, `${lastAppliedImage} is deployed`);
  return { ...kept, report, concern: outcome };
}

/** Before anything is got ready; with `approval: manual` the plan is made and approved first. */
export function awaitWindow(draft: Draft): Draft {
  return isManual(draft) ? draft : awaitOpening(draft);
}

/** E31 Nothing is deployed outside of the maintenance windows. */
export function awaitOpening(draft: Draft): Draft {
  const of = purposeOf(draft);
  const opening = heldUntil(draft, of);
  if (opening === undefined) return draft;
  const limited = limitAttempts(draft, of);
  if (limited.outcome?.kind === 'exhausted') return limited;
  const { lastAppliedHash, lastAppliedImage } = draft.report;
  const { image } = draft.desired;
  const what = image === lastAppliedImage ? 'a change of variables, environment or script' : image;
  const isDelivered = lastAppliedHash !== undefined && areOutputsRead(draft);
  const stays = isDelivered ? `${lastAppliedImage} is deployed` : undefined;
  return hold(draft, of, opening, what, stays);
}

function isManual({ object }: Draft): boolean {
  return object.spec.approval === 'manual';
}
