import { equal } from '../../schema/equal.ts';
import { isObject, type Schema } from '../../schema/types.ts';
import { type PathSet, PathSetBuilder } from './path-set.ts';
import { itemsByElement, type Shape, shapeOf } from './typed.ts';

export type Comparison = { added: PathSet; modified: PathSet; removed: PathSet };
type Builders = { added: PathSetBuilder; modified: PathSetBuilder; removed: PathSetBuilder };
type Into = Builders & { structs: boolean };

/**
 * Which fields differ between two states of an object. `undefined` stands for "is not there".
 * Built-in kinds are Go structs in the real server: a struct field that is no pointer (default `{}` in OpenAPI) and a
 * list that is always written (required) are there even in a new object, so nobody owns them by adding them.
 */
export function compare(before: unknown, after: unknown, schema: Schema | undefined): Comparison {
  const into = { added: new PathSetBuilder(), modified: new PathSetBuilder(), removed: new PathSetBuilder() };
  const structs = schema?.['x-kubernetes-group-version-kind'] !== undefined;
  walk(before, after, schema, [], { ...into, structs });
  return into;
}

function walk(before: unknown, after: unknown, schema: Schema | undefined, path: string[], into: Into): void {
  const [old, fresh] = [shapeOf(schema, before), shapeOf(schema, after)];
  if (isLeaf(before, old) && isLeaf(after, fresh)) {
    leaf(before, after, path, into);
    return;
  }
  if (isPresent(before) && isPresent(after) && kindOf(before) !== kindOf(after)) {
    descend(before, undefined, old, path, into);
    descend(undefined, after, fresh, path, into);
    if (old.kind === 'leaf' || fresh.kind === 'leaf') into.modified.insert(path);
    return;
  }
  descend(before, after, old.kind === 'leaf' ? fresh : old, path, into);
  if (before === undefined) into.added.insert(path);
  else if (after === undefined) into.removed.insert(path);
}

function descend(before: unknown, after: unknown, shape: Shape, path: string[], into: Into): void {
  if (shape.kind === 'map') walkMap(before, after, shape, path, into);
  else if (shape.kind === 'list') walkList(before, after, shape, path, into);
}

/** Scalars and atomic values; and empty ones on both sides, so that empty and absent stay apart. */
function isLeaf(value: unknown, shape: Shape): boolean {
  if (shape.kind === 'leaf') return true;
  return Object.keys(value as object).length === 0;
}

/** Null counts as whatever the other side is. */
function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'list' : isObject(value) ? 'map' : 'scalar';
}

function leaf(before: unknown, after: unknown, path: string[], into: Into): void {
  if (before === undefined) into.added.insert(path);
  else if (after === undefined) into.removed.insert(path);
  else if (!equal(before, after)) into.modified.insert(path);
}

function walkMap(before: unknown, after: unknown, shape: Shape & { kind: 'map' }, path: string[], into: Into) {
  const [old, fresh] = [isObject(before) ? before : {}, isObject(after) ? after : {}];
  for (const name of new Set([...Object.keys(old), ...Object.keys(fresh)])) {
    const field = shape.field(name);
    const always = into.structs && field.declared ? field.always : undefined;
    const mine = old[name] === undefined && before !== undefined ? always : old[name];
    const theirs = fresh[name] === undefined && after !== undefined ? always : fresh[name];
    walk(mine, theirs, field.schema, [...path, `f:${name}`], into);
  }
}

function walkList(before: unknown, after: unknown, shape: Shape & { kind: 'list' }, path: string[], into: Into) {
  const old = itemsByElement(shape, Array.isArray(before) ? before : []);
  const fresh = itemsByElement(shape, Array.isArray(after) ? after : []);
  for (const element of new Set([...old.keys(), ...fresh.keys()])) {
    const [mine = [], theirs = []] = [old.get(element), fresh.get(element)];
    const below = [...path, element];
    if (mine.length <= 1 && theirs.length <= 1) walk(mine[0], theirs[0], shape.items, below, into);
    else if (mine.length >= 2 && theirs.length >= 2) {
      if (!equal(mine, theirs)) into.modified.insert(below);
    } else if (mine.length >= 2) {
      if (theirs.length > 0) walk(undefined, theirs[0], shape.items, below, into);
      into.removed.insert(below);
    } else {
      if (mine.length > 0) walk(mine[0], undefined, shape.items, below, into);
      into.added.insert(below);
    }
  }
}
