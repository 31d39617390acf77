import { abandonAnnotation } from '../../core/annotations.ts';
import { limitAttempts } from '../attempts.ts';
import { end, wait } from '../draft.ts';
import { isHeld, removeFinalizer } from '../finalizer.ts';
import { firstFew } from '../first-few.ts';
import { dependentsOf } from '../peers.ts';
import { deployedOf, takeApplied, tellVariables } from './applied.ts';
import { awaitRun } from './await-run.ts';
import { type Command, readCommand } from './command.ts';
import type { Draft, Ended, Step } from './draft.ts';
import { hashOf } from './image.ts';
import { freeLock } from './lock.ts';
import { unpublish } from './publish.ts';
import { start } from './start.ts';

export const finalizer = 'terraform.finalizer.alustan.io';
/** Milliseconds: the status that tells of the end is there to be seen first. */
const soonMs = 10;

/** Deletion (E9, E30, E31): needs no registry and no valid spec beyond what the script is given. */
export const deletionSteps: readonly Step[] = [
  endWithoutFinalizer,
  leaveWithNamespace, //   E10  it takes no Jobs
  holdForDependents, //    E9
  abandon,
  awaitRun, //             E31
  endWhenDestroyed, //     E34  Success
  leaveWithoutScript, //   E30  omitted: nothing is run
  leaveUndeployed, //      E30  never deployed: nothing to destroy
  requireAccount, //       E33
  takeApplied, //          E27
  freeLock,
  limitDestroys,
];

function endWithoutFinalizer(draft: Draft): Draft {
  if (isHeld(draft.object, finalizer)) return draft;
  return end(draft, 'working', 'Deleting', 'nothing of ours holds the deletion');
}

function leaveWithNamespace(draft: Draft): Draft {
  if (!draft.facts.namespaceTerminating) return draft;
  const { namespace } = draft.object.metadata;
  const image = imageOf(draft);
  const stays =
    image === undefined || scriptOf(draft) === undefined
      ? ''
      : `; what ${image} has deployed stays: run its "${draft.object.spec.scripts.destroy}" by hand`;
  const told = `the namespace "${namespace}" is being deleted and takes no Job, so nothing is destroyed${stays}`;
  const gone = letGo(draft, 'NamespaceTerminating', told);
  // Nobody is asked, and what runs on may cost money.
  return stays === '' ? gone : { ...gone, outcome: { ...gone.outcome, event: 'Warning' } };
}

/** Deletion goes in the reverse order of dependencies. */
function holdForDependents(draft: Draft): Draft {
  const dependents = dependentsOf(draft.object, draft.facts.peers).map(({ kind, name }) => `${kind} ${name}`);
  if (dependents.length === 0) return draft;
  const names = firstFew(dependents.sort(), 5);
  const message = `Terraform has dependents, cannot delete: ${names}; delete them first`;
  return wait(draft, 'blocked', 'HasDependents', message);
}

function abandon(draft: Draft): Draft {
  if (draft.object.metadata.annotations?.[abandonAnnotation] !== 'true') return draft;
  const active = draft.facts.jobs.find((job) => job.phase === 'active');
  const ended = `; the Job ${active?.name} is ended with the object, and may leave the lock of its state`;
  const left = `the infrastructure is left as it is (annotation ${abandonAnnotation})`;
  return letGo(draft, 'Abandoned', active === undefined ? left : `${left}${ended}`);
}

function endWhenDestroyed(draft: Draft): Draft {
  const { job } = draft.report;
  if (job?.purpose !== 'destroy' || job.phase !== 'succeeded' || imageOf(draft) !== undefined) return draft;
  const done = 'Destroy completed successfully';
  if (draft.before.message === done) return letGo(draft, 'Destroyed', done);
  return end(draft, 'succeeded', 'Destroyed', done, soonMs);
}

function leaveWithoutScript(draft: Draft): Draft {
  if (scriptOf(draft) !== undefined) return draft;
  return letGo(draft, 'Deleted', 'nothing is destroyed: spec.scripts.destroy is not set');
}

function leaveUndeployed(draft: Draft): Draft {
  if (imageOf(draft) !== undefined) return draft;
  return letGo(draft, 'Deleted', 'nothing is destroyed: no deploy has ever run');
}

function requireAccount(draft: Draft): Draft {
  const { noAccount } = draft.facts;
  if (noAccount === undefined) return draft;
  const remedy = `mend it, or set the annotation ${abandonAnnotation}: "true" to leave the infrastructure as it is`;
  return wait(draft, 'blocked', noAccount.reason, `${noAccount.message}; ${remedy}`, noAccount.retryAfterMs);
}

/** Of what is to be destroyed next. */
function imageOf({ report }: Draft): string | undefined {
  return deployedOf(report)[0]?.image;
}

function scriptOf(draft: Draft): Command | undefined {
  return readCommand(draft.object.spec.scripts.destroy);
}

/** By what it is made from: a changed variable or script is tried anew, and is never given the Secret of another attempt. */
function purposeOf(draft: Draft) {
  const { scripts, env, envFrom } = draft.object.spec;
  const { image, variables } = draft.desired;
  return {
    purpose: 'destroy',
    inputsHash: hashOf(draft, { image, variables, env, envFrom, destroy: scripts.destroy }),
  } as const;
}

/** What is pruned from git has no input left that somebody could change. */
const wayOut = `the annotation ${abandonAnnotation}: "true" leaves the infrastructure as it is`;

function limitDestroys(draft: Draft): Draft {
  return tellVariables(limitAttempts(draft, purposeOf(draft), { wayOut }));
}

/** What is left to do when nothing holds it. */
export function destroy(draft: Draft): Ended {
  // Without a script it has been let go of.
  return start(draft, purposeOf(draft), scriptOf(draft) as Command);
}

function letGo(draft: Draft, reason: string, message: string): Ended {
  const { groups, ...rest } = unpublish(draft);
  const last = removeFinalizer(draft.object, finalizer);
  return end({ ...rest, groups: [...groups, last] }, 'succeeded', reason, message);
}
