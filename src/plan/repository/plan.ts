import type { RepositoryObject } from '../../api/repository.ts';
import type { RepositoryReport } from '../../api/repository-status.ts';
import { abandonAnnotation } from '../../core/annotations.ts';
import type { Outcome } from '../../core/outcome.ts';
import { type ActAs, type Group, type Plan, tellRef } from '../../core/plan.ts';
import { durationWarnings } from '../durations.ts';
import { addFinalizer, isHeld, removeFinalizer } from '../finalizer.ts';
import { firstFew } from '../first-few.ts';
import { inSource } from '../source-field.ts';
import { applyContent } from './apply.ts';
import type { RepositoryFacts } from './facts.ts';
import { entryRef } from './identity.ts';
import { keep } from './keep.ts';
import { prune } from './prune.ts';
import { isAbandoned } from './read.ts';

export const repositoryFinalizer = 'repository.finalizer.alustan.io';
const fields = {
  whole: 'spec.url',
  address: 'spec.url',
  secretRef: 'spec.secretRef',
  ref: 'spec.ref',
  path: 'spec.path',
};
/** Milliseconds between looks at what is being deleted: not every kind is watched. */
const deletionPollMs = 2000;

/** Keeps what a path of a repository says applied, and deletes what it no longer says. Pure. */
export function planRepository(object: RepositoryObject, facts: RepositoryFacts): Plan<RepositoryReport> {
  if (object.metadata.deletionTimestamp !== undefined) return planDeletion(object, facts);
  if (facts.namespaceTerminating) {
    const message = `the namespace "${object.metadata.namespace}" is being deleted: nothing is applied`;
    return keep(object, { kind: 'waiting', reason: 'NamespaceTerminating', message });
  }
  const first = addFinalizer(object, repositoryFinalizer);
  const plan = planContent(object, facts);
  const warnings = durationWarnings(object.spec, ['interval', 'timeout']); // E35
  const report = warnings.length === 0 ? plan.report : { ...plan.report, warnings };
  return { ...plan, groups: [...first, ...plan.groups], report };
}

function planContent(object: RepositoryObject, facts: RepositoryFacts): Plan<RepositoryReport> {
  const { url, path, suspend } = object.spec;
  const { source } = facts;
  if (suspend) {
    const message = 'spec.suspend: nothing is applied or pruned while it is true; set it to false to go on';
    return keep(object, {
      kind: object.status.revision === undefined ? 'waiting' : 'completed',
      reason: 'Suspended',
      message,
    });
  }
  if (source === undefined)
    return keep(object, { kind: 'working', reason: 'SourcePending', message: `reading ${url}` });
  if (!source.ok) return keep(object, inSource(source.failure, fields));
  const { kustomization } = source.value;
  if (kustomization !== undefined) {
    const message =
      `spec.path: "${path ?? '.'}" holds ${kustomization}, and kustomize is not supported; point spec.path to plain ` +
      'manifests, or commit what `kustomize build` writes';
    return keep(object, { kind: 'invalid', reason: 'KustomizationNotSupported', message });
  }
  return applyContent(object, facts, source.value, accountOf(object, facts));
}

/** Deletion waits until all it owns is gone, so that a Repository made anew does not meet its forerunner's objects. */
function planDeletion(object: RepositoryObject, facts: RepositoryFacts): Plan<RepositoryReport> {
  if (!isHeld(object, repositoryFinalizer)) {
    return keep(object, { kind: 'working', reason: 'Deleting', message: 'nothing of ours holds the deletion' });
  }
  if (facts.namespaceTerminating) return leaveWithNamespace(object, facts);
  if (isAbandoned(object)) {
    return letGo(object, 'Abandoned', `what was applied stays (annotation ${abandonAnnotation})`);
  }
  const { groups, remaining, leaving } = prune(object, facts, object.status.inventory ?? [], accountOf(object, facts));
  if (remaining.length === 0) return letGo(object, 'Deleted', 'all that was applied is deleted');
  const message = `waiting until deleted: ${firstFew(leaving, 3)}`;
  const outcome: Outcome = { kind: 'working', reason: 'Deleting', message, retryAfterMs: deletionPollMs };
  return keep(object, outcome, groups, { inventory: [...remaining] });
}

/** What lies in the namespace goes with it; what lies elsewhere is deleted where the rights still allow. */
function leaveWithNamespace(object: RepositoryObject, facts: RepositoryFacts): Plan<RepositoryReport> {
  const elsewhere = (object.status.inventory ?? []).filter((entry) => entry.namespace !== object.metadata.namespace);
  const { remaining } = prune(object, facts, elsewhere, accountOf(object, facts));
  const actAs = accountOf(object, facts);
  const actions = remaining.map(
    (entry) => ({ type: 'delete-object', object: entryRef(entry), actAs, bestEffort: true }) as const,
  );
  const rest = firstFew(
    remaining.map((entry) => tellRef(entryRef(entry))),
    10,
  );
  const told = `the namespace "${object.metadata.namespace}" is being deleted`;
  const message = rest === '' ? told : `${told}; outside it, deleted where the rights allow: ${rest}`;
  const groups = actions.length === 0 ? [] : [{ name: 'outside', actions, continueOnError: true }];
  return letGo(object, 'NamespaceTerminating', message, groups);
}

function letGo(
  object: RepositoryObject,
  reason: string,
  message: string,
  before: readonly Group[] = [],
): Plan<RepositoryReport> {
  return keep(object, { kind: 'working', reason, message }, [...before, removeFinalizer(object, repositoryFinalizer)]);
}

function accountOf({ metadata, spec }: RepositoryObject, facts: RepositoryFacts): ActAs {
  return { namespace: metadata.namespace, serviceAccount: spec.serviceAccountName ?? facts.defaultServiceAccount };
}
