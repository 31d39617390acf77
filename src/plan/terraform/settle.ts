import type { RunRecord } from '../../api/terraform-status.ts';
import { foundChangesCode, type RunEnd } from '../../core/terraform-run.ts';
import { plain, shorten } from '../../core/text.ts';
import { report } from '../draft.ts';
import { counted } from '../interruptions.ts';
import { dropUnbegun, noteApplied, noteAttempt, settleDestroy } from './applied.ts';
import { foundStale, notePlanApplied, spendApproval, staleReason } from './approved.ts';
import { activeRun } from './await-run.ts';
import type { Draft } from './draft.ts';
import { settleCorrected, settleDrift } from './drift.ts';
import type { Run } from './facts.ts';
import { noteDeath, settleUnlock } from './lock.ts';
import { settleOutput } from './output.ts';
import { hasPlanned, settlePlan } from './plan-text.ts';
import { withoutOutputs } from './printed.ts';
import { hideIn } from './secrets.ts';

/** Takes over into status what became of the recorded run, or a run that is not recorded (a restored object). */
export function settleRun(draft: Draft): Draft {
  const active = activeRun(draft);
  const last = draft.before.job;
  const isOpen = last !== undefined && last.phase === undefined && last.name !== active?.name;
  const settled = isOpen ? settleLast(draft, last) : draft;
  return active === undefined ? settled : report(settled, { job: recordOf(active, draft) });
}

function settleLast(draft: Draft, last: RunRecord): Draft {
  const found = draft.facts.jobs.find((job) => job.name === last.name);
  if (found !== undefined) return conclude(draft, last, found);
  // Recorded and never seen: it is created (again), under the same name. It is not taken to have run: most likely it was
  // refused, and what would be destroyed for it may be somebody else's.
  return last.uid === undefined && last.began !== true ? draft : lost(draft, last);
}

function recordOf(
  { name, uid, purpose, inputsHash, attempt, began, image, variables }: Run,
  { before, now }: Draft,
): RunRecord {
  const same = before.job?.name === name ? before.job : undefined;
  const first = {
    name,
    purpose,
    inputsHash,
    attempt,
    startedAt: now.toISOString(),
    ...(image === undefined ? {} : { image }),
    ...(variables === undefined ? {} : { variables }),
  };
  return { ...first, ...same, uid, ...(began ? { began } : {}) };
}

/** The Job is gone: removed by `supersede`, or by somebody, who may have ended its script. */
function lost(draft: Draft, record: RunRecord): Draft {
  const began = !isRemoved(record);
  const ran = record.began === true ? 'deleted while it ran' : 'deleted, and may have run';
  const message = `its Job was ${began ? ran : 'removed before its script had begun'}`;
  const seen = began ? { ...record, began } : record;
  return fail(draft, seen, { reason: 'PodLost', message, tail: [] }, draft.now.toISOString());
}

function conclude(draft: Draft, record: RunRecord, run: Run): Draft {
  const end = readable(draft, tellable(draft, run, run.end ?? { tail: [] }));
  const at = endedAt(draft, record, run);
  const seen = { ...record, uid: run.uid, began: hasBegun(record, run, end) };
  if (run.phase === 'failed' && !hasFound(draft, run, end)) return fail(draft, seen, end, at);
  // What a post-deploy prints is in status as its outputs, and which of them are sensitive is not known yet.
  const tail = run.purpose === 'post-deploy' || end.tail.length === 0 ? {} : { tail: [...end.tail] };
  const done: RunRecord = { ...seen, phase: 'succeeded', finishedAt: at, failures: 0, ...tail };
  return succeed(report(draft, { job: done }), done, at, end);
}

/** By the cluster's clock where ours allows it: pauses count from here, and none may be skipped or drawn out for a clock. */
function endedAt({ now }: Draft, { startedAt }: RunRecord, { finishedAt }: Run): string {
  if (finishedAt === undefined || Date.parse(finishedAt) > now.getTime()) return now.toISOString();
  return Date.parse(finishedAt) < Date.parse(startedAt) ? startedAt : finishedAt;
}

/** Whether the exit code says that there is something to tell, and not that the script has failed. */
function hasFound(draft: Draft, { purpose }: Run, end: RunEnd): boolean {
  if (purpose === 'plan') return hasPlanned(draft, end);
  return purpose === 'drift' && end.exitCode === foundChangesCode;
}

/** What a post-deploy has printed when it failed may be the outputs, and nobody has said yet which values they hold. */
function tellable(draft: Draft, { purpose, phase }: Run, end: RunEnd): RunEnd {
  const isOpen = draft.object.spec.publish?.outputs.some(({ sensitive }) => sensitive) !== true;
  return isOpen || purpose !== 'post-deploy' || phase !== 'failed' ? end : withoutOutputs(end);
}

/** Characters that are kept of a line. */
const lineLimit = 2000;

/**
 * What it has said as it may be told. Masked before it is shortened or folded into a sentence: of a secret that is cut in
 * two nobody would know the halves.
 */
function readable(draft: Draft, end: RunEnd): RunEnd {
  const hide = hideIn(draft);
  // A secret may be cut in two by colours, and may hold some.
  const say = (text: string) => shorten(hide(plain(hide(text))), lineLimit);
  const { message, tail } = end;
  return { ...end, tail: tail.map(say), ...(message === undefined ? {} : { message: say(message) }) };
}

/**
 * Whether its script may have done anything; where nobody saw it run, how it ended tells. A pod that was lost tells
 * nothing: better to destroy what is not there (E30) than to leave what is.
 */
function hasBegun(record: RunRecord, run: Run, end: RunEnd): boolean {
  if (end.reason === 'StartError') return false;
  if (record.began === true || run.began || end.exitCode !== undefined) return true;
  return end.reason === 'OOMKilled' || isInterruption(end);
}

function succeed(draft: Draft, record: RunRecord, at: string, end: RunEnd): Draft {
  switch (record.purpose) {
    case 'deploy':
      return settleCorrected(notePlanApplied(noteApplied(draft, record, at), at));
    case 'post-deploy':
      return settleOutput(draft, record, end);
    case 'plan':
      return settlePlan(draft, record, end);
    case 'drift':
      return settleDrift(draft, at, end);
    case 'unlock':
      return settleUnlock(draft);
    case 'destroy':
      return settleDestroy(draft, record);
  }
}

function fail(draft: Draft, record: RunRecord, told: RunEnd, at: string): Draft {
  const isStale = foundStale(draft, record, told);
  const end = isStale ? { ...told, reason: staleReason } : told;
  const { exitCode, reason, tail } = end;
  const message = tell(end, record);
  const counts = countsOf(record, end);
  const failed: RunRecord = {
    ...record,
    phase: 'failed',
    finishedAt: at,
    message,
    ...(isStale ? { failures: 0 } : counts),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(reason === undefined ? {} : { reason }),
    ...(tail.length === 0 ? {} : { tail: [...tail] }),
  };
  const noted = spendApproval(noteDeath(report(draft, { job: failed }), failed, at, end), failed, message);
  if (record.purpose === 'drift') return settleDrift(noted, at, end, message);
  if (record.purpose !== 'deploy') return noted;
  return record.began === true ? noteAttempt(noted, record) : dropUnbegun(noted, record);
}

function countsOf(record: RunRecord, end: RunEnd) {
  // However often people mend how its pod is made: nothing was run.
  const last = isRemoved(record) ? { ...record, interruptions: 0 } : record;
  return counted(last, { phase: 'failed', ...(isInterruption(end) ? { interrupted: true } : {}) });
}

/** Whether Alustan itself has removed its Job before its script had begun. */
function isRemoved(record: RunRecord): boolean {
  return record.removed === true && record.began !== true;
}

/** Ended from outside, by no fault of the script: the next run may begin at once. */
function isInterruption({ reason = '' }: RunEnd): boolean {
  return ['Evicted', 'Preempted', 'PodLost'].includes(reason);
}

const remedies: Readonly<Record<string, string>> = {
  OOMKilled: 'it ran out of memory: give it more by spec.resources',
  Evicted: 'its pod was evicted from the node',
  Preempted: 'its pod gave way to a more important one',
  PodLost: 'its pod was lost',
  [staleReason]: 'the plan is stale or lost, and nothing was changed',
  StartError:
    'the script could not be started: it must be in the image and executable; the image must have a shell, and a CMD that runs $SCRIPT',
};

/** Terraform draws a box around it where it thinks that it has a terminal. */
const terraformError = /^\W{0,4}Error: /;

/** For people: the cause, then what the script has said last. */
function tell({ exitCode, reason = 'Error', message, tail }: RunEnd, { began, purpose }: RunRecord): string {
  const known = reason === 'DeadlineExceeded' ? lateWords(began === true) : remedies[reason];
  const cause = known ?? (exitCode === undefined ? reason : exitWords(exitCode, purpose, tail));
  const words = message === undefined || message === cause ? '' : ` (${message})`;
  // Of Terraform's words the first line of its error: the last ones are advice that fits any.
  const last = tail.findLast((line) => terraformError.test(line)) ?? tail.findLast((line) => line.trim() !== '');
  return `${cause}${words}${last === undefined ? '' : `: ${last.trim()}`}`;
}

function lateWords(began: boolean): string {
  return began
    ? 'it took longer than spec.timeout allows, and was told to stop'
    : 'its script had not begun when spec.timeout was over';
}

/** The image's CMD begins with `chmod +x $SCRIPT`: that is what a name with a slip ends at. */
const missingScript = /^chmod: .*No such file or directory$/;

function exitWords(exitCode: number, purpose: RunRecord['purpose'], tail: readonly string[]): string {
  const script = `the script (spec.${purpose === 'post-deploy' ? 'postDeploy.script' : `scripts.${purpose}`})`;
  if (exitCode === 126 || exitCode === 127) {
    return `exit code ${exitCode}: ${script} is not in the image, or cannot be executed`;
  }
  const isMissing = tail.length === 1 && tail.every((line) => missingScript.test(line));
  return `exit code ${exitCode}${isMissing ? `: ${script} is not in the image` : ''}`;
}
