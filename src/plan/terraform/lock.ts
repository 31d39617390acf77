import type { RunRecord } from '../../api/terraform-status.ts';
import { forceUnlockAnnotation } from '../../core/annotations.ts';
import { terraformEnvironment as environment, type RunEnd } from '../../core/terraform-run.ts';
import { isOf, limitAttempts } from '../attempts.ts';
import { end, report } from '../draft.ts';
import { readCommand } from './command.ts';
import { type Draft, forget } from './draft.ts';
import { hashOf } from './image.ts';
import { withKept } from './kept.ts';
import { start } from './start.ts';

/** Scripts that take the lock of the state. */
const locking: readonly string[] = ['deploy', 'destroy', 'plan', 'drift'];
/** Ends in which a program has no time to free a lock. */
const deaths: readonly string[] = ['OOMKilled', 'Evicted', 'Preempted', 'DeadlineExceeded', 'PodLost'];
/** Exit codes from here on: ended by a signal. */
const bySignal = 128;

/** A run that was ended from outside may have left the lock: its owner is recorded, `<namespace>/<name>/<job uid>`. */
export function noteDeath(draft: Draft, record: RunRecord, since: string, { exitCode, reason = '' }: RunEnd): Draft {
  const died = deaths.includes(reason) || (exitCode ?? 0) >= bySignal;
  // Where its script has never run it holds nothing.
  if (!died || record.began !== true || !locking.includes(record.purpose)) return draft;
  const { namespace, name } = draft.object.metadata;
  const owner = `${namespace}/${name}/${record.uid ?? ''}`;
  return report(draft, { lock: { owner, job: record.name, since, run: record } });
}

/** The lock is free. What was recorded of its run counts on: its failures, and when the next may begin. */
export function settleUnlock(draft: Draft): Draft {
  const run = draft.report.lock?.run;
  const freed = forget(draft, 'lock');
  return run === undefined ? freed : report(freed, { job: run });
}

/**
 * Frees the lock before the next script runs: of an owner that is proven dead (its Job has ended, and no pod of it is
 * left), or, whoever holds it, because a person says so.
 */
export function freeLock(draft: Draft): Draft {
  const forced = wantedUnlock(draft);
  const { lock } = draft.report;
  if (forced === undefined && lock === undefined) return draft;
  const command = readCommand(draft.object.spec.scripts.unlock);
  if (command === undefined) {
    // The next script may find the lock; what it says then is told.
    if (forced === undefined) return draft;
    const message = `spec.scripts.unlock: the annotation ${forceUnlockAnnotation} needs it; name the script that frees the lock`;
    return end(draft, 'invalid', 'UnlockScriptMissing', message);
  }
  const there = placeOf(draft);
  const of = purposeOf(there, forced);
  const limited = limitAttempts(there, of);
  if (limited.outcome !== undefined) return limited;
  const owner = { [environment.lockOwner]: lock?.owner ?? '', [environment.lockJob]: lock?.job ?? '' };
  if (forced === undefined) return start(limited, of, command, () => owner);
  const more = { ...owner, [environment.forceUnlock]: 'true' };
  return start(report(limited, { lastHandledUnlock: forced }), of, command, () => more);
}

/** Where the run that died took it: with other variables it may be the lock of another state. */
function placeOf(draft: Draft): Draft {
  return withKept(draft, draft.report.lock?.run?.variables) ?? draft;
}

function purposeOf(draft: Draft, forced: string | undefined) {
  const { image, variables } = draft.desired;
  const { owner, since } = draft.report.lock ?? {};
  const { unlock } = draft.object.spec.scripts;
  // Without the run: its words are masked in status, and its hash would be another at the next look.
  const inputsHash = hashOf(draft, { owner, since, forced, image, variables, unlock });
  return { purpose: 'unlock', inputsHash } as const;
}

/** Value of `alustan.io/force-unlock` that has not been acted on, or whose unlock has not succeeded: that is tried again. */
function wantedUnlock(draft: Draft): string | undefined {
  const value = draft.object.metadata.annotations?.[forceUnlockAnnotation];
  if (value === undefined || value.trim() === '') return undefined;
  if (value !== draft.before.lastHandledUnlock) return value;
  const { job } = draft.report;
  return job?.phase !== 'succeeded' && isOf(job, purposeOf(placeOf(draft), value)) ? value : undefined;
}
