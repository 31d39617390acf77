import { abandonAnnotation } from '../../core/annotations.ts';
import { sha256 } from '../../core/hash.ts';
import { type Action, tellRef } from '../../core/plan.ts';
import { limitAttempts } from '../attempts.ts';
import { isHeld, removeFinalizer } from '../finalizer.ts';
import { firstFew } from '../first-few.ts';
import { dependentsOf } from '../peers.ts';
import { type Draft, type Ended, end, type Step, wait } from './draft.ts';
import { awaitJob, type Purpose, startJob, timeoutSeconds } from './jobs.ts';
import { awaitLock } from './lock.ts';
import { observeRelease } from './release-health.ts';
import { releaseOwner } from './rivals.ts';

export const finalizer = 'service.finalizer.alustan.io';
/** Milliseconds between looks at a release that cannot be read. */
const recheckMs = 60_000;

/** Deletion (E9, E10): needs no registry, no repository, no valid spec. */
export const deletionSteps: readonly Step[] = [
  endWithoutFinalizer,
  observeOwn,
  awaitPreviews,
  leaveWithNamespace,
  holdForDependents,
  abandonRelease,
  leaveForeignRelease,
  leaveUndelivered,
  awaitJob,
  readRelease,
  endWhenUninstalled,
  limitUninstalls,
  awaitLock,
];

function endWithoutFinalizer(draft: Draft): Draft {
  if (isHeld(draft.object, finalizer)) return draft;
  return end(draft, 'working', 'Deleting', 'nothing of ours holds the deletion');
}

/** E10: previews lie in namespaces of their own, which nobody would find any more. */
function awaitPreviews(draft: Draft): Draft {
  const { previews = [] } = draft.facts;
  if (previews.length === 0 || isAbandoned(draft)) return draft;
  return wait(draft, 'waiting', 'PreviewsRemain', `waiting for its previews to be removed: ${firstFew(previews, 5)}`);
}

/** A terminating namespace takes no new Job and deletes what is in it; what the release has elsewhere does not go by itself. */
function leaveWithNamespace(draft: Draft): Draft {
  if (!draft.facts.namespaceTerminating || ownedByOther(draft)) return draft;
  const { namespace } = draft.object.metadata;
  const going = draft.facts.objects.filter(({ keep }) => keep !== true);
  const outside = going.map(({ ref }) => ref).filter((ref) => ref.namespace !== namespace);
  const actAs = { namespace, serviceAccount: accountOf(draft) };
  const actions = outside.map((object): Action => ({ type: 'delete-object', object, actAs, bestEffort: true }));
  const groups = actions.length === 0 ? draft.groups : [...draft.groups, { name: 'outside', actions }];
  const told = `the namespace "${namespace}" is being deleted: the release goes with it, without an uninstall`;
  const rest =
    outside.length === 0 ? '' : `; outside it, deleted where the rights allow: ${firstFew(outside.map(tellRef), 10)}`;
  return letGo({ ...draft, groups }, 'NamespaceTerminating', told + rest);
}

/** E9: deletion goes in the reverse order of dependencies. */
function holdForDependents(draft: Draft): Draft {
  const names = dependentsOf(draft.object, draft.facts.peers).map(({ kind, name }) =>
    kind === 'Service' ? name : `${kind} ${name}`,
  );
  if (names.length === 0) return draft;
  const message = `Service has dependent services, cannot delete: ${firstFew(names.sort(), 5)}; delete them first`;
  return wait(draft, 'blocked', 'HasDependents', message);
}

/** E10: the way out when an uninstall is not possible. */
function abandonRelease(draft: Draft): Draft {
  if (!isAbandoned(draft)) return draft;
  const { releaseName } = draft.object.spec.source;
  return letGo(draft, 'Abandoned', `the release "${releaseName}" is left as it is (annotation ${abandonAnnotation})`);
}

function isAbandoned({ object }: Draft): boolean {
  return object.metadata.annotations?.[abandonAnnotation] === 'true';
}

/** A Service that never owned the release must not take it from the one that does. */
function leaveForeignRelease(draft: Draft): Draft {
  const owner = releaseOwner(draft.object, draft.facts);
  if (owner === undefined) return draft;
  const { releaseName } = draft.object.spec.source;
  return letGo(draft, 'Deleted', `the release "${releaseName}" belongs to Service ${owner.name} and stays`);
}

/** Without an account nothing can be looked up; but where no Job was ever recorded, nothing of ours is there. */
function leaveUndelivered(draft: Draft): Draft {
  if (draft.facts.noAccount === undefined || draft.report.job !== undefined) return draft;
  return letGo(draft, 'Deleted', 'nothing was ever delivered');
}

/** Status goes on to show what runs, also while the deletion is held. */
function observeOwn(draft: Draft): Draft {
  return ownedByOther(draft) ? draft : observeRelease(draft);
}

function ownedByOther(draft: Draft): boolean {
  return releaseOwner(draft.object, draft.facts) !== undefined;
}

function readRelease(draft: Draft): Draft {
  const { release } = draft.facts;
  if (release.ok) return draft;
  const { reason, message, kind } = release.failure;
  if (kind === 'transient') return { ...draft, outcome: release.failure };
  const remedy = `mend it, or set the annotation ${abandonAnnotation}: "true" to leave the release as it is`;
  return wait(draft, 'blocked', reason, `the release cannot be read: ${message}; ${remedy}`, recheckMs);
}

function endWhenUninstalled(draft: Draft): Draft {
  if (draft.facts.release.ok && draft.facts.release.value !== undefined) return draft;
  return letGo(draft, 'Deleted', `the release "${draft.object.spec.source.releaseName}" is uninstalled`);
}

/** All uninstalls of one object are attempts at the same thing. */
function purposeOf(draft: Draft): Purpose {
  return { purpose: 'uninstall', inputsHash: sha256(draft.object.metadata.uid).slice(0, 40) };
}

/** What is pruned from git has no input left that somebody could change. */
const wayOut = `the annotation ${abandonAnnotation}: "true" leaves the release as it is`;

function limitUninstalls(draft: Draft): Draft {
  return limitAttempts(draft, purposeOf(draft), { wayOut });
}

/** What is left to do when nothing holds it. */
export function uninstall(draft: Draft): Ended {
  const { namespace } = draft.object.metadata;
  const release = draft.object.spec.source.releaseName;
  const { unlock } = draft.desired;
  const run = { type: 'helm-uninstall', release, namespace, timeoutSeconds: timeoutSeconds(draft) } as const;
  return startJob(draft, purposeOf(draft), unlock === undefined ? run : { ...run, unlock });
}

function letGo(draft: Draft, reason: string, message: string): Draft {
  const groups = [...draft.groups, removeFinalizer(draft.object, finalizer)];
  return end({ ...draft, groups }, 'working', reason, message);
}

function accountOf(draft: Draft): string {
  return draft.object.spec.serviceAccountName ?? draft.facts.settings.runner.serviceAccount;
}
