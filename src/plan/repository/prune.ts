import type { RepositoryObject } from '../../api/repository.ts';
import type { InventoryEntry, ManifestProblem } from '../../api/repository-status.ts';
import { pruneAnnotation } from '../../core/annotations.ts';
import { type ActAs, type Action, type Group, tellRef } from '../../core/plan.ts';
import type { KubeObject } from '../../core/resource.ts';
import type { RepositoryFacts } from './facts.ts';
import { entryRef, objectId } from './identity.ts';
import { isDefinition } from './order.ts';
import { ownerAnnotation } from './place.ts';

/** What becomes of inventory entries that no manifest names any more. */
export type Pruning = Readonly<{
  groups: readonly Group[];
  /** Entries that are still there and still ours to delete. */
  remaining: readonly InventoryEntry[];
  /** Those of them that are on their way out or about to be, told for people. */
  leaving: readonly string[];
}>;

export function prune(
  owner: RepositoryObject,
  facts: RepositoryFacts,
  left: readonly InventoryEntry[],
  actAs: ActAs,
): Pruning {
  const live = (entry: InventoryEntry) => facts.live[objectId(entryRef(entry))];
  const remaining = left.filter((entry) => isOurs(owner, live(entry)) && !isKept(owner, live(entry)));
  // Namespaces and definitions would take their contents with them: those go first, in their own order.
  const contents = remaining.filter((entry) => !isDefinition(entry.kind));
  const next = contents.length > 0 ? contents : remaining;
  const actions = next
    .filter((entry) => live(entry)?.metadata.deletionTimestamp === undefined)
    .map((entry): Action => ({ type: 'delete-object', object: entryRef(entry), actAs, propagation: 'Background' }));
  const groups = actions.length === 0 ? [] : [{ name: 'prune', actions, continueOnError: true }];
  return { groups, remaining, leaving: remaining.map((entry) => tellLeaving(entry, live(entry))) };
}

/** Gone, or taken over by another Repository: not ours to delete. */
function isOurs({ metadata }: RepositoryObject, live: KubeObject | undefined): boolean {
  if (live === undefined) return false;
  const owner = live.metadata.annotations?.[ownerAnnotation];
  return owner === undefined || owner === `${metadata.namespace}/${metadata.name}`;
}

function isKept({ spec }: RepositoryObject, live: KubeObject | undefined): boolean {
  return !spec.prune || live?.metadata.annotations?.[pruneAnnotation] === 'disabled';
}

/** What holds a deletion up. */
const holding: readonly unknown[] = ['Blocked', 'Failed', 'Error'];

/** With the object's own message, since that tells what holds it, for example a dependent Service. */
function tellLeaving(entry: InventoryEntry, live: KubeObject | undefined): string {
  const since = live?.metadata.deletionTimestamp;
  const { state, message } = (live?.['status'] ?? {}) as { state?: unknown; message?: unknown };
  const why = holding.includes(state) && typeof message === 'string' ? `: ${message}` : '';
  return tellRef(entryRef(entry)) + (since === undefined ? '' : ` (since ${since}${why})`);
}

/**
 * Entries that may be pruned: not in the manifests, and not perhaps in one that could not be read. A broken file keeps
 * what came from it; a broken file that is new may be a renamed one, and keeps all.
 */
export function prunable(
  inventory: readonly InventoryEntry[],
  wanted: ReadonlySet<string>,
  problems: readonly ManifestProblem[],
): { left: InventoryEntry[]; kept: InventoryEntry[] } {
  const missing = inventory.filter((entry) => !wanted.has(objectId(entryRef(entry))));
  const broken = new Set(problems.map((problem) => problem.file));
  const known = new Set(inventory.map((entry) => entry.file));
  const isDoubtful = [...broken].some((file) => !known.has(file));
  const isHeld = (entry: InventoryEntry) => isDoubtful || broken.has(entry.file);
  return { left: missing.filter((entry) => !isHeld(entry)), kept: missing.filter(isHeld) };
}
