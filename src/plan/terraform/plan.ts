import type { TerraformObject } from '../../api/terraform-object.ts';
import type { TerraformReport, TerraformStatus } from '../../api/terraform-status.ts';
import { masker } from '../../core/mask.ts';
import type { Plan } from '../../core/plan.ts';
import { awaitAccount } from '../account.ts';
import { limitAttempts, noteRetry } from '../attempts.ts';
import { awaitDependencies, refuseCycle, warnOfMissing } from '../dependencies.ts';
import { end, runSteps, wait } from '../draft.ts';
import { warnOfDurations } from '../durations.ts';
import { addFinalizer } from '../finalizer.ts';
import { heldMs, noteOutside, noteOutsideWhenSpent, readWindows, wakeBy } from '../window.ts';
import { approvedPlan, awaitApproval, tellNothing } from './approval.ts';
import { staleReason } from './approved.ts';
import { activeRun, awaitRun, withdrawDeploy } from './await-run.ts';
import { type Command, readCommand } from './command.ts';
import { deletionSteps, destroy, finalizer } from './deletion.ts';
import { type Draft, type Ended, forget, type Step } from './draft.ts';
import { checkDrift, concludeWith, correctDrift } from './drift.ts';
import type { TerraformFacts } from './facts.ts';
import { chooseImage, hashInputs, requireDeploy } from './image.ts';
import { freeLock } from './lock.ts';
import { checkPostDeploy, maskStrings, readOutput } from './output.ts';
import { publishOutputs, warnOfPublishing } from './publish.ts';
import { hideIn, secretValues } from './secrets.ts';
import { settleRun } from './settle.ts';
import { start } from './start.ts';
import { fillVariables } from './variables.ts';
import { awaitOpening, awaitWindow, isApplied, keepImage, purposeOf } from './window.ts';

/**
 * What a Terraform does, in order. Each step adds what it finds, or ends the plan: with an error that the user can mend,
 * a wait, or a run. Who passes all of them is deployed, its outputs are read and published.
 */
const deliverySteps: readonly Step[] = [
  respectNamespaceEnd, //  E10
  holdFinalizer, //        E10, E30
  awaitAccount, //         E33
  warnOfDurations('interval', 'timeout', 'gracePeriod', 'driftInterval'), // E35
  requireDeploy, //        E25
  refuseCycle, //          E8
  readWindows,
  suspend,
  fillVariables, //        E26  ${workspace.NAME}
  checkPostDeploy, //      E28
  warnOfPublishing, //          while a deploy runs, too
  chooseImage, //          E32  policies and gate of Service
  hashInputs,
  keepImage, //                 outside of a maintenance window
  awaitRun, //             E31  one runner at a time
  freeLock, //                  of a run that is proven dead
  correctDrift,
  whenOutdated(awaitWindow),
  whenOutdated(limitDeploys), //      E34  back-off and limit
  whenOutdated(awaitDependencies), // E8
  whenOutdated(awaitApproval),
  whenOutdated(awaitOpening),
  whenOutdated(deploy), //            E26
  warnOfMissing, //        E8
  noteRetry,
  noteOutside,
  readOutput, //           E28, E29
  publishOutputs,
  readOutput, //                again where what was published is gone
  checkDrift,
];

/** Pure: the same object, facts and time give the same plan (E36: it never waits itself). */
export function planTerraform(object: TerraformObject, facts: TerraformFacts, now: Date): Plan<TerraformReport> {
  const draft = settleRun(begin(object, facts, now));
  const isDeleted = object.metadata.deletionTimestamp !== undefined;
  return hideSecrets(isDeleted ? runSteps(draft, deletionSteps, destroy) : runSteps(draft, deliverySteps, conclude));
}

function begin(object: TerraformObject, facts: TerraformFacts, now: Date): Draft {
  const before = object.status;
  const report = reportOf(before);
  const desired = { variables: {}, sensitive: [], variablesHash: '', image: '', inputsHash: '', arguments: '' };
  // What the last pass found is found anew; what cannot be found again is carried on.
  return forget(
    { object, before, facts, now, desired, groups: [], report },
    'blockedBy',
    'blockedByMore',
    'waiting',
    'warnings',
  );
}

function reportOf(status: TerraformStatus): TerraformReport {
  const {
    state: _s,
    message: _m,
    observedGeneration: _o,
    conditions: _c,
    lastHandledReconcile: _l,
    ...report
  } = status;
  return report;
}

/** A terminating namespace takes no Jobs; a finalizer added now would only delay its end. */
function respectNamespaceEnd(draft: Draft): Draft {
  if (!draft.facts.namespaceTerminating) return draft;
  const message = `the namespace "${draft.object.metadata.namespace}" is being deleted: nothing is deployed`;
  return wait(draft, 'waiting', 'NamespaceTerminating', message);
}

function holdFinalizer(draft: Draft): Draft {
  return { ...draft, groups: [...draft.groups, ...addFinalizer(draft.object, finalizer)] };
}

/** Nothing is begun while suspended; what runs is still watched. */
function suspend(draft: Draft): Draft {
  if (!draft.object.spec.suspend) return draft;
  const withdrawn = withdrawDeploy(draft);
  if (withdrawn.outcome !== undefined) return withdrawn;
  const { lastAppliedHash, lastAppliedImage } = draft.report;
  const active = activeRun(draft);
  const goesOn = active === undefined ? '' : `; the Job ${active.name} still runs, and is left to end`;
  const remedy = `set spec.suspend to false to go on${goesOn}`;
  if (lastAppliedHash === undefined) {
    return wait(draft, 'waiting', 'Suspended', `spec.suspend: nothing is begun while it is true; ${remedy}`);
  }
  return end(draft, 'completed', 'Suspended', `suspended, what ${lastAppliedImage} has deployed stays; ${remedy}`);
}

/** A step that is taken only where something is to be deployed: desired is compared with what was applied last. */
function whenOutdated(step: Step): Step {
  return (draft) => (isApplied(draft) ? draft : step(draft));
}

function limitDeploys(draft: Draft): Draft {
  const { job, plan } = draft.report;
  // It has changed nothing: another plan is made at once.
  if (job?.reason === staleReason) return draft;
  const of = purposeOf(draft);
  const limited = limitAttempts(draft, of, plan?.spent === undefined ? {} : { next: 'a new plan is made' });
  return noteOutsideWhenSpent(limited, of);
}

function deploy(draft: Draft): Ended {
  // `requireDeploy` has seen to it.
  const of = purposeOf(draft);
  const command = readCommand(draft.object.spec.scripts.deploy) as Command;
  return start(noteOutside(draft, of), of, command, () => approvedPlan(draft));
}

function conclude(draft: Draft): Ended {
  const { lastAppliedImage, postDeployOutput = {} } = draft.report;
  const outputs = Object.keys(postDeployOutput).sort();
  const told = outputs.length === 0 ? '' : `, with the outputs ${outputs.slice(0, 10).join(', ')}`;
  const done = wakeBy(
    concludeWith(draft, `${lastAppliedImage} is deployed${tellNothing(draft)}${told}`),
    heldMs(draft),
  );
  return draft.concern === undefined ? done : wakeBy({ ...draft, outcome: draft.concern }, done.outcome.retryAfterMs);
}

/** E2, E33: whatever a script or a server has said, no secret stands in status or Events. */
function hideSecrets(draft: Ended): Plan<TerraformReport> {
  const { groups, object, facts, report } = draft;
  const secrets = secretValues(object, facts);
  const mask = hideIn(draft);
  const { postDeployOutput, ...told } = report;
  const output = postDeployOutput && {
    // E29 as it is: what an environment from Secrets holds beside secrets, a region say, is to be told here.
    postDeployOutput: maskStrings(postDeployOutput, masker(secrets)) as typeof postDeployOutput,
  };
  return {
    revision: draft.desired.image,
    groups,
    outcome: { ...draft.outcome, message: mask(draft.outcome.message) },
    report: { ...(maskWords(told, mask) as typeof told), ...output },
    ...(draft.reportFirst === true ? { reportFirst: true } : {}),
    ...(draft.unsettled === true ? { unsettled: reportOf(draft.before) } : {}),
  };
}

/** Fields of the report, at any depth, that quote others; names and hashes are ours, and are read again. */
const quoting: readonly string[] = [
  'message',
  'error',
  'tail',
  'interruption',
  'spent',
  'replaces',
  'summary',
  'resources',
];

function maskWords(value: unknown, mask: (text: string) => string, key = ''): unknown {
  if (typeof value === 'string') return quoting.includes(key) ? mask(value) : value;
  if (Array.isArray(value)) return value.map((item) => maskWords(item, mask, key));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, maskWords(item, mask, name)]));
}
