import type { RunRecord } from '../../api/terraform-status.ts';
import { end, report, wait } from '../draft.ts';
import { firstFew } from '../first-few.ts';
import type { Draft, Ended } from './draft.ts';
import type { Run } from './facts.ts';
import { accountOf, tellRun } from './start.ts';

/**
 * E31: one run at a time, whatever it does: a change of the spec and a deletion wait for its end, since ending an apply
 * leaves its lock behind. Only a Job whose script has not begun is removed for them.
 */
export function awaitRun(draft: Draft): Draft {
  const active = draft.facts.jobs.find((job) => job.phase === 'active');
  if (active !== undefined) return isWanted(active, draft) ? tellActive(draft, active) : supersede(draft, active);
  const alive = draft.facts.jobs.filter((job) => job.alive).map((job) => job.name);
  const left = [...alive, ...draft.facts.strays];
  if (left.length === 0) return draft;
  return wait(
    draft,
    'working',
    'PodTerminating',
    `waiting for the pods of an earlier run to end: ${firstFew(left, 3)}`,
  );
}

function isWanted({ purpose, inputsHash }: Run, { object, desired, report: { lastAppliedHash } }: Draft): boolean {
  if (object.metadata.deletionTimestamp !== undefined) return purpose === 'destroy' || purpose === 'unlock';
  if (purpose === 'deploy' || purpose === 'plan') return inputsHash === desired.inputsHash;
  return purpose === 'unlock' || lastAppliedHash === desired.inputsHash;
}

/** Milliseconds that the pod of a Job may take to be made. */
const podMs = 30_000;

function tellActive(draft: Draft, { name, message, podless }: Run): Ended {
  const record = recordedOf(draft);
  const { namespace } = draft.object.metadata;
  const left = podless === true ? Date.parse(record.startedAt) + podMs - draft.now.getTime() : 0;
  const none =
    podless === true ? `it has no pod yet: kubectl describe job ${name} -n ${namespace} tells why` : undefined;
  const why = left > 0 ? undefined : (message ?? none);
  const told = tellRun(draft, record, why === undefined ? '' : ` (${why})`);
  return left > 0 ? { ...told, outcome: { ...told.outcome, retryAfterMs: left } } : told;
}

/** `settleRun` has recorded what is active. */
function recordedOf(draft: Draft): RunRecord {
  return draft.report.job as RunRecord;
}

function supersede(draft: Draft, { name, began, message }: Run): Ended {
  const next = draft.object.metadata.deletionTimestamp === undefined ? 'the change' : 'the deletion';
  const why = message === undefined ? '' : ` (${message})`;
  if (began) {
    const since = recordedOf(draft).startedAt;
    return end(draft, 'working', 'JobRunning', `${next} waits for the Job ${name} to end, since ${since}${why}`);
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
