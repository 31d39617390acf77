import { isObject, type JsonObject, type Schema } from '../../schema/types.ts';
import { itemsByElement, type Shape, shapeOf, TypedError } from './typed.ts';

/** The live object with what is applied merged over it: nothing is removed, leaves are the applied ones. */
export function mergeApplied(live: unknown, applied: unknown, schema: Schema | undefined): unknown {
  if (applied === undefined) return live;
  const shape = shapeOf(schema, applied);
  if (shape.kind === 'map') {
    const old = isObject(live) ? live : {};
    return Object.keys(applied as object).length === 0 ? emptyOver(live, applied) : mergeMap(old, applied, shape);
  }
  if (shape.kind === 'list') {
    const old = Array.isArray(live) ? live : [];
    return (applied as unknown[]).length === 0 ? emptyOver(live, applied) : mergeList(old, applied, shape);
  }
  return applied;
}

/** An empty map or list that is applied says only that the field is there. */
function emptyOver(live: unknown, applied: unknown): unknown {
  const same = Array.isArray(live) === Array.isArray(applied) && typeof live === 'object' && live !== null;
  return same ? live : applied;
}

function mergeMap(live: JsonObject, applied: unknown, shape: Shape & { kind: 'map' }): JsonObject {
  const result = { ...live };
  for (const [name, value] of Object.entries(applied as JsonObject)) {
    if (name !== '__proto__') result[name] = mergeApplied(live[name], value, shape.field(name).schema);
  }
  return result;
}

function mergeList(live: unknown[], applied: unknown, shape: Shape & { kind: 'list' }): unknown[] {
  const old = itemsByElement(shape, live);
  const fresh = itemsByElement(shape, applied as unknown[]);
  for (const [element, items] of fresh) {
    if (items.length > 1) throw new TypedError(`duplicate entries for key [${describe(element)}]`);
  }
  const merged = new Map<string, unknown[]>();
  for (const [element, items] of fresh) {
    const mine = old.get(element);
    // Items that stand twice in the live list are not merged: the applied one takes their place.
    merged.set(element, [mine?.length === 1 ? mergeApplied(mine[0], items[0], shape.items) : items[0]]);
  }
  return interleave(old, merged);
}

/**
 * The order of the result: applied items in their order, items of the live list only in theirs; a live item keeps its
 * place before the shared item that it stood before.
 */
function interleave(old: Map<string, unknown[]>, merged: Map<string, unknown[]>): unknown[] {
  const result: unknown[] = [];
  const [left, right] = [[...old.keys()], [...merged.keys()]];
  const shared = right.filter((element) => old.has(element));
  const done = new Set<string>();
  while (left.length > 0 || right.length > 0) {
    const [mine, theirs] = [left[0], right[0]];
    if (mine !== undefined && mine !== theirs && merged.has(mine) && right.length > 0 && shared[0] !== mine) {
      // Shared, but not the next one in the applied order: it comes when its turn does.
      left.shift();
    } else if (mine !== undefined && !merged.has(mine)) {
      result.push(...(old.get(mine) ?? []));
      left.shift();
    } else if (mine !== undefined && done.has(mine)) left.shift();
    else if (theirs !== undefined) {
      result.push(...(merged.get(theirs) ?? []));
      done.add(theirs);
      right.shift();
      if (mine === theirs) left.shift();
      if (shared[0] === theirs) shared.shift();
    }
  }
  return result;
}

function describe(element: string): string {
  if (element.startsWith('v:')) return `=${element.slice(2)}`;
  const keys = Object.entries(JSON.parse(element.slice(2)) as JsonObject);
  return keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',');
}
