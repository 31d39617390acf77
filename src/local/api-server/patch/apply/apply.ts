import { equal } from '../../schema/equal.ts';
import { isObject, type JsonObject, type Schema } from '../../schema/types.ts';
import { checkApplied } from './check-applied.ts';
import { fieldSetOf } from './field-set.ts';
import { allowedByLastApplied } from './last-applied.ts';
import { decodeManagers, encodeManagers, identify, type Manager, type Managers } from './managed-fields.ts';
import { mergeApplied } from './merge.ts';
import {
  type Conflict,
  ownable,
  printConflicts,
  takeChanged,
  withNamedFields,
  withoutManagedFields,
} from './ownership.ts';
import { difference, intersection, isEmpty, type PathSet, union } from './path-set.ts';
import { removeFields } from './remove.ts';
import { entriesOf, type Tracking, takeOwnership, toTime } from './track-update.ts';

export type ApplyInput = Tracking & {
  /** The stored object; undefined when apply creates it. */
  live?: JsonObject | undefined;
  /** The configuration of the request: apiVersion, kind, metadata, and what the manager wants. */
  applied: JsonObject;
  force: boolean;
};

/** `object` holds its new managedFields; it is the live object, unchanged, when there are conflicts. */
export type ApplyResult = { object: JsonObject; conflicts: Conflict[] };

/**
 * Server-side apply: merges what is applied into the live object, removes what the manager applied before and no longer
 * does (unless someone else owns it), and moves ownership. Without `force` a field that another manager owns with
 * another value is a conflict, and nothing changes.
 * @throws TypedError when a list breaks its type (duplicate keys, no keys).
 */
export function applyPatch(input: ApplyInput): ApplyResult {
  const { applied, schema } = input;
  checkApplied(applied, schema);
  const live = withoutManagedFields(input.live ?? {});
  const managers = decodeManagers(entriesOf(input.live));
  const known = managers.size === 0 ? beforeFirstApply(live, input) : managers;

  const mine: Manager = applier(input, fieldSetOf(applied, schema));
  const id = identify(mine);
  const last = known.get(id);
  const claimed: Managers = new Map([...known, [id, mine]]);
  const merged = mergeApplied(live, applied, schema) as JsonObject;
  const { compared, stored } = last ? prune(merged, claimed, last.set, schema) : { compared: merged, stored: merged };

  const taken = takeChanged(live, compared, schema, claimed, id, input.ignored ?? []);
  const conflicts = input.force ? [] : taken.conflicts;
  if (conflicts.length > 0) {
    const open =
      input.manager === 'kubectl' ? allowedByLastApplied(conflicts, live, schema, input.apiVersion) : conflicts;
    if (open.length > 0) return { object: input.live ?? {}, conflicts: printConflicts(open, known) };
  }
  const time = equal(live, compared) ? last?.time : toTime(input.now);
  const { time: _old, ...entry } = mine;
  taken.managers.set(id, { ...entry, ...(time === undefined ? {} : { time }) });
  return { object: withManagers(stored, taken.managers), conflicts: [] };
}

function applier(input: ApplyInput, set: PathSet): Manager {
  return {
    manager: input.manager || 'unknown',
    operation: 'Apply',
    apiVersion: input.apiVersion,
    ...(input.subresource ? { subresource: input.subresource } : {}),
    set: ownable(set, input.ignored),
  };
}

/** An object that nobody tracked yet: all that it holds belongs to an updater of this name. */
function beforeFirstApply(live: JsonObject, input: ApplyInput): Managers {
  if (Object.keys(live).length === 0) return new Map();
  return takeOwnership({}, live, new Map(), { ...input, manager: 'before-first-apply' });
}

function withManagers(object: JsonObject, managers: Managers): JsonObject {
  const managedFields = encodeManagers(managers);
  const metadata = isObject(object['metadata']) ? object['metadata'] : {};
  return { ...object, metadata: { ...metadata, ...(managedFields ? { managedFields } : {}) } };
}

/**
 * Removes what was applied last time, is not applied now, and nobody else owns. `compared` still holds nulls for the
 * maps and lists that lost all they held: their owners keep them.
 */
function prune(
  merged: JsonObject,
  managers: Managers,
  last: PathSet,
  schema: Schema | undefined,
): { compared: JsonObject; stored: JsonObject } {
  const named = (set: PathSet) => withNamedFields(set, schema);
  const setOf = (value: unknown) => named(fieldSetOf(value, schema));
  const all = setOf(merged);
  const without = (set: PathSet, emptied: null | undefined) =>
    isEmpty(set) ? merged : ((removeFields(merged, set, schema, emptied) ?? {}) as JsonObject);
  const stripped = without(named(last), null);
  const owned = [...managers.values()].reduce<PathSet>((sum, { set }) => union(sum, set), setOf({}));
  const withOwned = without(difference(all, union(setOf(stripped), named(owned))), null);
  // What vanished with its parent but was not this manager's comes back.
  const gone = intersection(difference(all, setOf(withOwned)), named(last));
  return { compared: without(gone, null), stored: without(gone, undefined) };
}
