import { heldUntil, hold, tellHeldToo } from '../window.ts';
import { limitDeliveries, purposeOf } from './delivery.ts';
import { type Draft, hasEnded, tellDesired } from './draft.ts';
import { judgeHealth } from './release-health.ts';

/** Nothing is delivered outside of the maintenance windows; what runs is still watched. */
export function awaitWindow(draft: Draft): Draft {
  const of = purposeOf(draft);
  const opening = heldUntil(draft, of);
  if (opening === undefined) return draft;
  const limited = limitDeliveries(draft);
  if (limited.outcome?.kind === 'exhausted') return limited;
  const { release } = draft.facts;
  const what = tellDesired(draft);
  if (!release.ok || release.value?.status !== 'deployed') return hold(draft, of, opening, what);
  const judged = judgeHealth(draft);
  if (hasEnded(judged)) return tellHeldToo(judged, what, opening);
  return hold(draft, of, opening, what, `revision ${release.value.revision} of the release stays`);
}
