import type { RunRecord } from '../../api/terraform-status.ts';
import { end, report, wait, waitingSince } from '../draft.ts';
import { firstFew } from '../first-few.ts';
import { type Hindrance, hinders, tellPodless } from '../hindrance.ts';
import { planPurpose } from './approved.ts';
import type { Draft, Ended } from './draft.ts';
import type { Run } from './facts.ts';
import { accountOf, podHashOf, tellRun } from './start.ts';

/**
 * E31: one run at a time, whatever it does: a change of the spec and a deletion wait for its end, since ending an apply
 * leaves its lock behind. Only a Job whose script has not begun is removed for them.
 */
export function awaitRun(draft: Draft): Draft {
  const active = activeRun(draft);
  if (active !== undefined)
    return isWanted(active, draft) && !isMended(active, draft) ? tellActive(draft, active) : supersede(draft, active);
  const alive = draft.facts.jobs.filter((job) => job.alive).map((job) => job.name);
  const left = [...alive, ...draft.facts.strays];
  return left.length === 0 ? draft : awaitPods(draft, left);
}

/** What to do about a pod whose end nobody tells. */
const whenGone = 'its node does not say that it has; where the node is gone for good';
/** Milliseconds after which a pod that is to end is told of as one that may not. */
const patienceMs = 600_000;

function awaitPods(draft: Draft, pods: readonly string[]): Ended {
  const reason = 'PodTerminating';
  const what = `waiting for the pods of an earlier run to end: ${firstFew(pods, 3)}`;
  const left = Date.parse(waitingSince(draft, reason)) + patienceMs - draft.now.getTime();
  if (left > 0) return wait(draft, 'working', reason, what, left);
  const ended = wait(draft, 'working', reason, what);
  const remedy = `; ${whenGone}: kubectl delete pod NAME -n ${draft.object.metadata.namespace} --force`;
  return { ...ended, outcome: { ...ended.outcome, message: `${ended.outcome.message}${remedy}` } };
}

/** The Job that runs: of several the recorded one. */
export function activeRun({ facts: { jobs }, before }: Draft): Run | undefined {
  const active = jobs.filter((job) => job.phase === 'active');
  return active.find((job) => job.name === before.job?.name) ?? active[0];
}

function isWanted({ purpose, inputsHash }: Run, draft: Draft): boolean {
  const { object, desired, report } = draft;
  if (object.metadata.deletionTimestamp !== undefined) return purpose === 'destroy' || purpose === 'unlock';
  if (purpose === 'plan') return inputsHash === planPurpose(draft).inputsHash;
  if (purpose === 'deploy') return inputsHash === desired.inputsHash;
  return purpose === 'unlock' || report.lastAppliedHash === desired.inputsHash;
}

/**
 * Whether its pod, whose script has not begun, is made otherwise by now: what no node takes, or what lacks a volume, would
 * wait for its deadline though the spec has been mended. Of a Job of an older build nobody knows.
 */
function isMended(run: Run, draft: Draft): boolean {
  return run.podHash !== undefined && run.podHash !== podHashOf(draft) && !hasBegun(run, draft);
}

/** Once seen running it has begun, also when its pod has gone before its Job. */
function hasBegun(run: Run, draft: Draft): boolean {
  return run.began || recordedOf(draft).began === true;
}

/** Milliseconds that the pod of a Job may take beyond its grace to be told as ended. */
const lateMs = 60_000;

function tellActive(draft: Draft, run: Run): Ended {
  const { why, againMs } = hindranceOf(draft, run);
  const told = tellRun(draft, recordedOf(draft), why);
  return againMs === undefined ? told : { ...told, outcome: { ...told.outcome, retryAfterMs: againMs } };
}

function hindranceOf(draft: Draft, { name, message, podless, endsBy }: Run): Hindrance {
  const { namespace } = draft.object.metadata;
  if (endsBy !== undefined) {
    const remedy = `kubectl delete pod -n ${namespace} -l batch.kubernetes.io/job-name=${name} --force`;
    return hinders(draft, endsBy, lateMs, `its pod should have ended by ${endsBy}; ${whenGone}: ${remedy}`);
  }
  if (message !== undefined) return { why: ` (${message})` };
  return podless === true ? tellPodless(draft, { ...recordedOf(draft), name }) : { why: '' };
}

/** `settleRun` has recorded what is active. */
function recordedOf(draft: Draft): RunRecord {
  return draft.report.job as RunRecord;
}

/** For people: what the run stands in the way of. */
function nextOf(draft: Draft, run: Run): string {
  const { metadata, spec } = draft.object;
  if (metadata.deletionTimestamp !== undefined) return isWanted(run, draft) ? 'the change' : 'the deletion';
  return spec.suspend ? 'the suspension' : 'the change';
}

/** A deploy that is not to be, as long as its script has not begun; what has begun, or changes nothing, goes on. */
export function withdrawDeploy(draft: Draft): Draft {
  const active = activeRun(draft);
  return active?.purpose === 'deploy' && !hasBegun(active, draft) ? supersede(draft, active) : draft;
}

function supersede(draft: Draft, run: Run): Ended {
  const { name } = run;
  const next = nextOf(draft, run);
  const { why, againMs } = hindranceOf(draft, run);
  if (hasBegun(run, draft)) {
    const since = recordedOf(draft).startedAt;
    const words = `${next} waits for the Job ${name} to end, since ${since}${why}`;
    return end(draft, 'working', 'JobRunning', words, againMs);
  }
  const { namespace } = draft.object.metadata;
  const object = { apiVersion: 'batch/v1', kind: 'Job', namespace, name };
  const actAs = { namespace, serviceAccount: accountOf(draft) };
  const action = { type: 'delete-object', object, actAs, propagation: 'Foreground' } as const;
  const groups = [...draft.groups, { name: 'superseded', actions: [action] }];
  const words = `${next} comes before the Job ${name}, whose script has not begun${why}: it is removed`;
  const noted = report({ ...draft, groups }, { job: { ...recordedOf(draft), removed: true } });
  return wait(noted, 'working', 'JobSuperseded', words);
}
