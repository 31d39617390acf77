import { isObject, type JsonObject, type Schema } from '../../schema/types.ts';
import { type Comparison, compare } from './compare.ts';
import type { Managers } from './managed-fields.ts';
import {
  difference,
  EMPTY,
  intersection,
  isEmpty,
  type PathSet,
  paths,
  printPath,
  union,
  without,
} from './path-set.ts';

/** Fields that nobody owns: the server's own, and the identity of the object. */
const NEVER_OWNED: readonly (readonly string[])[] = [
  ['apiVersion'],
  ['kind'],
  ['metadata'],
  ...['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'clusterName', 'generation', 'managedFields'].map(
    (name) => ['metadata', name],
  ),
  ['metadata', 'resourceVersion'],
];

/** A field that someone else owns with another value; `manager` as the real server prints it. */
export type Conflict = { manager: string; field: string };

/** A set without the fields that nobody owns, and without all that lies under the `ignored` paths of field names. */
export function ownable(set: PathSet, ignored: readonly (readonly string[])[] = []): PathSet {
  const children = new Map(set.children);
  const members = new Set(set.members);
  for (const [name, inner] of NEVER_OWNED) {
    if (inner === undefined) members.delete(`f:${name}`);
    else {
      const child = children.get(`f:${name}`);
      if (child) children.set(`f:${name}`, { ...child, members: without(child.members, new Set([`f:${inner}`])) });
    }
  }
  return ignored.reduce<PathSet>((rest, path) => withoutTree(rest, path), { members, children });
}

function withoutTree(set: PathSet, [head, ...rest]: readonly string[]): PathSet {
  const element = `f:${head}`;
  const child = set.children.get(element);
  const children = new Map(set.children);
  if (rest.length === 0) {
    children.delete(element);
    return { members: without(set.members, new Set([element])), children };
  }
  if (child) children.set(element, withoutTree(child, rest));
  return { ...set, children };
}

export type Taken = { managers: Managers; comparison: Comparison; conflicts: { id: string; set: PathSet }[] };

/** Takes what changed from `before` to `after` away from every manager but `self`, and says what they lost. */
export function takeChanged(
  before: JsonObject,
  after: JsonObject,
  schema: Schema | undefined,
  managers: Managers,
  self: string,
  ignored: readonly (readonly string[])[],
): Taken {
  const all = compare(withoutManagedFields(before), withoutManagedFields(after), schema);
  const comparison = {
    added: ignored.reduce<PathSet>(withoutTree, all.added),
    modified: ignored.reduce<PathSet>(withoutTree, all.modified),
    removed: ignored.reduce<PathSet>(withoutTree, all.removed),
  };
  const changed = union(comparison.modified, comparison.added);
  const conflicts: Taken['conflicts'] = [];
  const left: Managers = new Map();
  for (const [id, manager] of managers) {
    if (id === self) {
      left.set(id, manager);
      continue;
    }
    const set = intersection(manager.set, changed);
    if (!isEmpty(set)) conflicts.push({ id, set });
    const rest = difference(difference(manager.set, set), comparison.removed);
    if (!isEmpty(rest)) left.set(id, { ...manager, set: rest });
  }
  return { managers: left, comparison, conflicts };
}

/** Conflicts as the real server prints them, by manager and path. */
export function printConflicts(conflicts: Taken['conflicts'], managers: Managers): Conflict[] {
  return [...conflicts]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .flatMap(({ id, set }) =>
      paths(set).map((path) => ({ manager: printManager(id, managers), field: printPath(path) })),
    );
}

function printManager(id: string, managers: Managers): string {
  const manager = managers.get(id);
  if (!manager) return JSON.stringify(id);
  const name = JSON.stringify(manager.manager);
  const subresource = manager.subresource ? ` with subresource ${JSON.stringify(manager.subresource)}` : '';
  return `${name}${subresource}${manager.operation === 'Update' ? ` using ${manager.apiVersion}` : ''}`;
}

/** An object without its managedFields: they are no field of the object in the eyes of apply. */
export function withoutManagedFields(object: JsonObject): JsonObject {
  const metadata = object['metadata'];
  if (!isObject(metadata) || metadata['managedFields'] === undefined) return object;
  const { managedFields: _dropped, ...rest } = metadata;
  return { ...object, metadata: rest };
}

/** Declared fields that have children in the set become members too: their owner owns that they are there. */
export function withNamedFields(set: PathSet, schema: Schema | undefined): PathSet {
  const members = new Set(set.members);
  const children = new Map<string, PathSet>();
  for (const [element, child] of set.children) {
    const declared = element.startsWith('f:') ? schema?.properties?.[element.slice(2)] : undefined;
    if (declared) members.add(element);
    const more = isObject(schema?.additionalProperties) ? (schema.additionalProperties as Schema) : undefined;
    children.set(element, withNamedFields(child, declared ?? (element.startsWith('f:') ? more : schema?.items)));
  }
  return isEmpty({ members, children }) ? EMPTY : { members, children };
}
