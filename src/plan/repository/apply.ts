import type { RepositoryObject } from '../../api/repository.ts';
import type { InventoryEntry, ManifestProblem, RepositoryReport } from '../../api/repository-status.ts';
import { health } from '../../core/health.ts';
import type { Outcome } from '../../core/outcome.ts';
import { type ActAs, type Plan, refOf, tellRef } from '../../core/plan.ts';
import { groupOf } from '../../core/resource.ts';
import { firstFew } from '../first-few.ts';
import { hasDrifted, isApplied } from './drift.ts';
import type { RepositoryFacts, SourceContent } from './facts.ts';
import { keep } from './keep.ts';
import { applyGroups } from './order.ts';
import { ownerAnnotation, type Placed, placeAll } from './place.ts';
import { type Pruning, prunable, prune } from './prune.ts';

/** Milliseconds until it is seen whether what was applied is there. */
const verifyMs = 200;
/** Milliseconds between looks at what is being deleted or established. */
const pollMs = 2000;

type Work = Readonly<{
  revision: string;
  source: string;
  /** To be applied, or applied already. */
  placed: readonly Placed[];
  pending: readonly Placed[];
  drifted: readonly Placed[];
  /** Waits for its definition to be established. */
  held: readonly Placed[];
  /** Waits until its forerunner of the same name is gone. */
  replaced: readonly Placed[];
  problems: readonly ManifestProblem[];
  pruning: Pruning;
  inventory: readonly InventoryEntry[];
}>;

/** Names from where an inventory was applied: another URL or path is another source. */
export function sourceOf({ spec }: RepositoryObject): string {
  return `${spec.url}#${spec.path ?? ''}`;
}

/** Applies what the source says and prunes what it no longer says. */
export function applyContent(
  object: RepositoryObject,
  facts: RepositoryFacts,
  content: SourceContent,
  actAs: ActAs,
): Plan<RepositoryReport> {
  const { status } = object;
  const source = sourceOf(object);
  const all = placeAll(object, content);
  const { placed, problems } = withoutForeign(object, facts, all.placed, all.problems);
  const before = status.inventory ?? [];
  if (placed.length === 0 && problems.length === 0 && before.length > 0 && status.source !== source) {
    return emptyPath(object, before);
  }
  const held = placed.filter((item) => isHeld(item, placed, facts));
  const replaced = placed.filter(({ id }) => facts.live[id]?.metadata.deletionTimestamp !== undefined);
  const ready = placed.filter((item) => !held.includes(item) && !replaced.includes(item));
  const pending = ready.filter(({ id, object }) => !isApplied(object, facts.live[id]));
  const drifted = ready.filter((item) => !pending.includes(item) && isDrifted(item, facts));
  const { left, kept } = prunable(before, new Set(placed.map(({ id }) => id)), problems);
  const pruning = prune(object, facts, left, actAs);
  const inventory = [...placed.map(entryOf), ...kept, ...pruning.remaining];
  const work = {
    revision: content.revision,
    source,
    placed,
    pending,
    drifted,
    held,
    replaced,
    problems,
    pruning,
    inventory,
  };
  return {
    revision: short(content.revision),
    groups: [...applyGroups([...pending, ...drifted], actAs), ...pruning.groups],
    outcome: outcomeOf(work),
    report: reportOf(work, status.revision),
  };
}

function isDrifted({ id, object }: Placed, facts: RepositoryFacts): boolean {
  const live = facts.live[id];
  return live !== undefined && hasDrifted(object, live);
}

/** What another Repository applied stays with it: two would undo each other for ever. */
function withoutForeign(
  object: RepositoryObject,
  facts: RepositoryFacts,
  all: readonly Placed[],
  problems: readonly ManifestProblem[],
): { placed: Placed[]; problems: ManifestProblem[] } {
  const own = `${object.metadata.namespace}/${object.metadata.name}`;
  const ownerOf = ({ id }: Placed) => facts.live[id]?.metadata.annotations?.[ownerAnnotation] ?? own;
  const foreign = all.filter((item) => ownerOf(item) !== own);
  const told = foreign.map((item): ManifestProblem => {
    const message =
      `${tellRef(refOf(item.object))} belongs to Repository ${ownerOf(item)}; remove it from one of the two, or the ` +
      `annotation ${ownerAnnotation} from the object`;
    return { file: item.file, line: item.line, message };
  });
  return { placed: all.filter((item) => !foreign.includes(item)), problems: [...problems, ...told] };
}

/** An object whose definition is in the same repository waits until the cluster serves it. */
function isHeld({ object }: Placed, placed: readonly Placed[], facts: RepositoryFacts): boolean {
  const group = groupOf(object.apiVersion);
  const definition = placed.find((item) => {
    if (item.object.kind !== 'CustomResourceDefinition') return false;
    const spec = item.object['spec'] as { group?: string; names?: { kind?: string } } | undefined;
    return spec?.group === group && spec?.names?.kind === object.kind;
  });
  if (definition === undefined) return false;
  const live = facts.live[definition.id];
  return live === undefined || health(live).status !== 'Current';
}

function emptyPath(object: RepositoryObject, inventory: readonly InventoryEntry[]): Plan<RepositoryReport> {
  const message =
    `spec.path: "${object.spec.path ?? '.'}" of ${object.spec.url} holds no manifest, and what was applied from ` +
    `elsewhere (${count(inventory.length, 'object')}) would be deleted; correct it, or delete the Repository to delete them`;
  return keep(object, { kind: 'invalid', reason: 'EmptyPath', message });
}

/** First what needs a person, then what is under way. */
function outcomeOf({ revision, placed, pending, held, replaced, problems, pruning }: Work): Outcome {
  const [[waiting], [terminating]] = [held, replaced];
  const { leaving } = pruning;
  const commit = short(revision);
  if (problems.length > 0) {
    const message = `${commit}: ${count(problems.length, 'manifest')} not applied: ${firstFew(problems.map(tellProblem), 3, '; ')}`;
    return {
      kind: 'invalid',
      reason: 'ManifestProblems',
      message,
      ...(pending.length > 0 ? { retryAfterMs: verifyMs } : {}),
    };
  }
  if (pending.length > 0) {
    const message = `applying ${count(pending.length, 'object')} of ${commit}`;
    return { kind: 'working', reason: 'Applying', message, retryAfterMs: verifyMs };
  }
  if (terminating !== undefined) {
    const message = `${tellRef(refOf(terminating.object))} is still being deleted; it is applied anew when it is gone`;
    return { kind: 'working', reason: 'ReplacementPending', message, retryAfterMs: pollMs };
  }
  if (waiting !== undefined) {
    const message = `${tellRef(refOf(waiting.object))} waits until its definition is established`;
    return { kind: 'working', reason: 'DefinitionPending', message, retryAfterMs: pollMs };
  }
  if (leaving.length > 0) {
    const message = `${commit} is applied; waiting until deleted: ${firstFew(leaving, 3, '; ')}`;
    return { kind: 'working', reason: 'Pruning', message, retryAfterMs: pollMs };
  }
  return { kind: 'completed', reason: 'Applied', message: `${count(placed.length, 'object')} of ${commit} applied` };
}

/** A commit or digest as people write it. */
function short(revision: string): string {
  return revision.replace(/^(sha256:)?(.{12}).*$/, '$1$2');
}

function tellProblem({ file, line, message }: ManifestProblem): string {
  return `${file}${line === undefined ? '' : `:${line}`}: ${message}`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** The revision counts as applied once nothing of it is left to apply. */
function reportOf(work: Work, before: string | undefined): RepositoryReport {
  const isDone = work.pending.length === 0 && work.held.length === 0 && work.replaced.length === 0;
  const revision = isDone ? short(work.revision) : before;
  return {
    source: work.source,
    inventory: [...work.inventory],
    ...(revision === undefined ? {} : { revision }),
    ...(work.problems.length === 0 ? {} : { problems: work.problems.slice(0, 20) }),
  };
}

function entryOf({ object, file }: Placed): InventoryEntry {
  return { ...refOf(object), file };
}
