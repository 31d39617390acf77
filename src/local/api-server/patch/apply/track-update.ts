import { isObject, type JsonObject, type Schema } from '../../schema/types.ts';
import {
  capUpdaters,
  decodeManagers,
  encodeManagers,
  identify,
  type ManagedFieldsEntry,
  type Managers,
} from './managed-fields.ts';
import { ownable, takeChanged } from './ownership.ts';
import { difference, isEmpty, union } from './path-set.ts';

export type Tracking = {
  /** Field manager of the request; `unknown` when empty. */
  manager: string;
  schema: Schema | undefined;
  apiVersion: string;
  now: Date;
  subresource?: string | undefined;
  /** Paths of field names that the endpoint resets and so gives to nobody, for example `[['status']]`. */
  ignored?: readonly (readonly string[])[] | undefined;
};

const SELF = 'current-operation';

/**
 * managedFields after an ordinary create, update or patch: the manager owns what changed, others lose it.
 * `before` is undefined for a create. undefined = the object has no managedFields (an update of an untracked object).
 */
export function trackUpdate(
  input: Tracking & { before?: JsonObject | undefined; after: JsonObject },
): ManagedFieldsEntry[] | undefined {
  const { before, after } = input;
  const managers = startingManagers(before, after, input.subresource);
  if (managers.size === 0 && before !== undefined) return undefined;
  return encodeManagers(capUpdaters(takeOwnership(before ?? {}, after, managers, input)));
}

/** The managers after `after` replaced `before` by hand of `input.manager`. */
export function takeOwnership(before: JsonObject, after: JsonObject, managers: Managers, input: Tracking): Managers {
  const taken = takeChanged(before, after, input.schema, managers, SELF, input.ignored ?? []);
  const { added, modified, removed } = taken.comparison;
  const set = ownable(difference(union(modified, added), removed));
  if (isEmpty(set)) return taken.managers;
  const mine = {
    manager: input.manager || 'unknown',
    operation: 'Update' as const,
    apiVersion: input.apiVersion,
    ...(input.subresource ? { subresource: input.subresource } : {}),
  };
  const id = identify(mine);
  const known = taken.managers.get(id);
  taken.managers.set(id, { ...mine, time: toTime(input.now), set: known ? union(known.set, set) : set });
  return taken.managers;
}

/** A client may edit managedFields through the main resource: its entries count; `[]` and `[{}]` reset them. */
function startingManagers(
  before: JsonObject | undefined,
  after: JsonObject,
  subresource: string | undefined,
): Managers {
  const old = entriesOf(before);
  if (subresource) return decodeManagers(old);
  const sent = entriesOf(after);
  if (Array.isArray(sent) && sent.every((entry) => isObject(entry) && Object.keys(entry).length === 0)) {
    if (sent.length <= 1) return new Map();
  }
  const managers = decodeManagers(sent);
  return managers.size > 0 ? managers : decodeManagers(old);
}

export function entriesOf(object: JsonObject | undefined): unknown {
  const metadata = object?.['metadata'];
  return isObject(metadata) ? metadata['managedFields'] : undefined;
}

export function toTime(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
