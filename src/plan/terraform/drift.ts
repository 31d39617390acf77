import type { TerraformReport } from '../../api/terraform-status.ts';
import { intervalOr } from '../../core/duration.ts';
import { asksForLook } from '../../core/reconcile-now.ts';
import { foundChangesCode, type RunEnd } from '../../core/terraform-run.ts';
import { brief, plain } from '../../core/text.ts';
import { isOf } from '../attempts.ts';
import { end, report } from '../draft.ts';
import { firstFew } from '../first-few.ts';
import { heldUntil, tellHeld, waitingFor } from '../window.ts';
import { type Command, readCommand } from './command.ts';
import { type Draft, type Ended, forget } from './draft.ts';
import { hashOf } from './image.ts';
import { hideIn } from './secrets.ts';
import { start } from './start.ts';
import { addressesIn, allOf, summaryOf } from './summary.ts';
import { purposeOf } from './window.ts';

const standard: Command = { script: './plan', args: '-detailed-exitcode' };

/** Addresses that status holds, and characters of each. */
const addressLimit = 20;
const lineLimit = 200;

type Drift = NonNullable<TerraformReport['drift']>;

/** Notes what a look for drift has found: exit code 0, nothing; 2, it drifted; any other, the look has failed. */
export function settleDrift(draft: Draft, checkedAt: string, end: RunEnd, error?: string): Draft {
  const before = draft.before.drift;
  if (error !== undefined) {
    const last = before === undefined || isNews(before, draft.report.lastAppliedAt) ? before : settled(before);
    return report(draft, { drift: { drifted: false, ...last, error, checkedAt } });
  }
  const drifted = end.exitCode === foundChangesCode;
  const drift: Drift = {
    drifted,
    checkedAt,
    ...(drifted ? whatDrifted(draft, end) : {}),
    ...(before?.correctedAt === undefined ? {} : { correctedAt: before.correctedAt }),
  };
  return report(draft, { drift });
}

/** As Terraform prints it; of another tool the last line tells. */
function whatDrifted(draft: Draft, end: RunEnd): Pick<Drift, 'summary' | 'resources'> {
  const last = brief(end.tail.findLast((line) => line.trim() !== '') ?? '', lineLimit);
  const text = allOf(plain(end.output ?? ''), end);
  // Masked before they are cut: of a secret that is cut in two nobody would know the halves.
  const addresses = addressesIn(hideIn(draft)(text)).map((address) => brief(address, lineLimit));
  const summary = summaryOf(text) ?? (addresses.length === 0 && last !== '' ? last : undefined);
  return {
    ...(summary === undefined ? {} : { summary }),
    ...(addresses.length === 0 ? {} : { resources: addresses.slice(0, addressLimit) }),
  };
}

/** After a deploy that succeeded all is as it was deployed. */
export function settleCorrected(draft: Draft): Draft {
  const { drift } = draft.report;
  return drift === undefined ? draft : report(draft, { drift: settled(drift) });
}

function settled({ summary: _, resources: __, ...drift }: Drift): Drift {
  return { ...drift, drifted: false };
}

/** Deploys again what has drifted, if that is wished; with `approval: manual` by a new plan. */
export function correctDrift(draft: Draft): Draft {
  const { drift, lastAppliedAt } = draft.report;
  if (drift?.drifted !== true || draft.object.spec.drift !== 'correct' || !isNews(drift, lastAppliedAt)) return draft;
  // With `approval: manual` a plan is made and approved first.
  const opening = draft.object.spec.approval === 'auto' ? heldUntil(draft, purposeOf(draft)) : undefined;
  if (opening !== undefined) return report(draft, { waiting: waitingFor(draft, opening) });
  // The look's time may be by the clock of another replica, ahead of ours: each look is answered once all the same.
  const now = draft.now.toISOString();
  const correctedAt = timeOf(drift.checkedAt) > timeOf(now) ? drift.checkedAt : now;
  const noted = report(draft, { drift: { ...drift, correctedAt } });
  return forget(noted, 'lastAppliedHash', 'plan');
}

/** Looks for drift when it is time, or when somebody asks. */
export function checkDrift(draft: Draft): Draft {
  const { driftInterval, scripts } = draft.object.spec;
  if (driftInterval === undefined) return forget(draft, 'drift');
  const { lastAppliedHash, lastAppliedAt, job } = draft.report;
  const inputsHash = hashOf(draft, { lastAppliedHash, lastAppliedAt, drift: scripts.drift });
  const of = { purpose: 'drift', inputsHash } as const;
  // After a look that failed a changed script is tried at once.
  const isMended = draft.report.drift?.error !== undefined && job?.purpose === 'drift' && !isOf(job, of);
  // One that was asked for is noted as handled in the write that records its Job: nobody asks again for one not made.
  const isUnmade = job !== undefined && isOf(job, of) && job.phase === undefined;
  const isDue = left(draft) <= 0 || isMended || isUnmade || asksForLook({ ...draft.object, status: draft.before });
  return isDue ? start(draft, of, readCommand(scripts.drift) ?? standard) : draft;
}

/** A deploy that is younger than the look has corrected it, or tried to. */
function isNews({ checkedAt, correctedAt }: Drift, lastAppliedAt: string | undefined): boolean {
  return timeOf(checkedAt) > Math.max(timeOf(lastAppliedAt), timeOf(correctedAt));
}

/** As a number: Kubernetes writes whole seconds, we milliseconds, and as texts `…30Z` is behind `…30.750Z`. */
function timeOf(at: string | undefined): number {
  return at === undefined ? Number.NEGATIVE_INFINITY : Date.parse(at);
}

/** Milliseconds until the next look; infinite without one. */
function left({ object: { spec }, report: { drift, lastAppliedAt }, now }: Draft): number {
  const every = intervalOr(spec.driftInterval, Number.POSITIVE_INFINITY);
  return Math.max(timeOf(drift?.checkedAt), timeOf(lastAppliedAt)) + every - now.getTime();
}

/** Drift that is to be corrected is still there only while its correction waits. */
function tellDrifted(draft: Draft, seen: string, again: number | undefined): Ended {
  const { opening, object } = draft;
  if (object.spec.drift === 'warn' || opening === undefined) {
    return end(draft, 'completed', 'Drifted', `${seen}; spec.drift: correct deploys again by itself`, again);
  }
  return end(draft, 'completed', 'Drifted', `${seen}; ${tellHeld(draft, 'its correction', opening)}`, again);
}

/** All is done: what there is to say of drift, and when it is looked for next. */
export function concludeWith(draft: Draft, done: string): Ended {
  const { drift, lastAppliedAt } = draft.report;
  const next = left(draft);
  const again = Number.isFinite(next) ? next : undefined;
  if (drift?.error !== undefined) {
    return end(
      draft,
      'completed',
      'DriftCheckFailed',
      `${done}; the last look for drift failed: ${drift.error}`,
      again,
    );
  }
  if (drift?.drifted === true && timeOf(drift.checkedAt) > timeOf(lastAppliedAt)) {
    const resources = drift.resources === undefined ? [] : firstFew(drift.resources, 5);
    const what = [drift.summary ?? [], resources].flat().join(': ');
    const seen = `${done}; it has drifted${what === '' ? '' : ` (${what})`}, seen at ${drift.checkedAt}`;
    return tellDrifted(draft, seen, again);
  }
  return end(draft, 'completed', 'Delivered', done, again);
}
