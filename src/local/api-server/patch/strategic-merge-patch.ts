import { goText } from '../go-text.ts';
import { equal } from '../schema/equal.ts';
import { isObject, type JsonObject, type Schema } from '../schema/types.ts';
import { PatchError } from './error.ts';
import { mergeList } from './strategic-list.ts';
import { indexOf, orderItems } from './strategic-order.ts';

const DELETE_FROM = '$deleteFromPrimitiveList/';
const ORDER = '$setElementOrder/';

/**
 * Kubernetes' strategic merge patch: merge keys and strategies come from the OpenAPI extensions
 * `x-kubernetes-patch-merge-key` and `x-kubernetes-patch-strategy`. Returns a patched copy; `object` stays as it is.
 * Without a schema every list is replaced (the real server refuses the media type for custom resources: 415).
 * @throws PatchError when the patch is no valid strategic merge patch.
 */
export function strategicMergePatch<T extends JsonObject>(object: T, patch: unknown, schema: Schema | undefined): T {
  if (!isObject(patch)) {
    const found = Array.isArray(patch) ? 'array' : typeof patch;
    throw new PatchError('malformed', `json: cannot unmarshal ${found} into Go value of type map[string]interface {}`);
  }
  return mergeMap(structuredClone(object), structuredClone(patch), schema) as T;
}

function mergeMap(original: JsonObject, patch: JsonObject, schema: Schema | undefined): JsonObject {
  if (Object.hasOwn(patch, '$patch')) return wholeMap(patch);
  const kept = retainKeys(original, patch);
  const listsDone = orderedLists(kept, patch, schema);
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(DELETE_FROM)) deleteFromPrimitiveList(kept, key.slice(DELETE_FROM.length), value);
  }
  for (const [key, value] of Object.entries(patch)) {
    if (isDirective(key) || key === '__proto__') continue;
    if (value === null) delete kept[key];
    else if (!listsDone.has(key)) set(kept, key, mergeValue(kept[key], value, fieldSchema(schema, key)));
  }
  return kept;
}

function wholeMap(patch: JsonObject): JsonObject {
  const { $patch: directive, ...rest } = patch;
  if (directive === 'replace') return rest;
  if (directive === 'delete') return {};
  throw new PatchError('unexpected', `unknown patch type: ${String(directive)} in map: ${goText(patch)}`);
}

function mergeValue(original: unknown, patch: unknown, schema: Schema | undefined): unknown {
  const strategies = schema?.['x-kubernetes-patch-strategy']?.split(',') ?? [];
  if (isObject(original) && isObject(patch)) {
    return strategies.includes('replace') ? patch : mergeMap(original, patch, schema);
  }
  if (Array.isArray(original) && Array.isArray(patch)) {
    return strategies.includes('merge') ? mergeList(original, patch, schema, mergeMap, clean) : patch;
  }
  return clean(patch);
}

/** What a patch's value becomes where nothing is there to merge with; undefined when it is only a directive. */
function clean(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clean).filter((item) => item !== undefined);
  if (!isObject(value)) return value;
  if (Object.hasOwn(value, '$patch')) return undefined;
  const result: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    if (item !== null && !isDirective(key)) set(result, key, clean(item));
  }
  return result;
}

function isDirective(key: string): boolean {
  return key === '$retainKeys' || key.startsWith(ORDER) || key.startsWith(DELETE_FROM);
}

function retainKeys(original: JsonObject, patch: JsonObject): JsonObject {
  const keys = patch['$retainKeys'];
  if (keys === undefined) return original;
  const problem = new PatchError('malformed', 'invalid patch format of retainKeys');
  if (!Array.isArray(keys)) throw problem;
  for (const [key, value] of Object.entries(patch)) {
    if (value !== null && !isDirective(key) && !keys.includes(key)) throw problem;
  }
  return Object.fromEntries(Object.entries(original).filter(([key]) => keys.includes(key)));
}

function deleteFromPrimitiveList(original: JsonObject, key: string, values: unknown): void {
  if (!Array.isArray(values)) throw new PatchError('malformed', 'invalid patch format of primitive list');
  const list = original[key];
  if (Array.isArray(list)) original[key] = list.filter((item) => indexOf(values, item, undefined) < 0);
}

/** Merges and orders the lists that a `$setElementOrder/` directive names; returns their names. */
function orderedLists(original: JsonObject, patch: JsonObject, schema: Schema | undefined): Set<string> {
  const done = new Set<string>();
  for (const [directive, order] of Object.entries(patch)) {
    if (!directive.startsWith(ORDER)) continue;
    const key = directive.slice(ORDER.length);
    const [mine, theirs] = [original[key], patch[key] ?? undefined];
    if (!Array.isArray(order) || (theirs !== undefined && !Array.isArray(theirs))) {
      throw new PatchError('malformed', 'invalid patch format of setElementOrder list');
    }
    if (mine !== undefined && !Array.isArray(mine)) continue;
    const field = fieldSchema(schema, key);
    const mergeKey = field?.['x-kubernetes-patch-merge-key'];
    checkOrder(theirs ?? [], order, mergeKey);
    const merged = theirs === undefined ? mine : mergeValue(mine, theirs, field);
    if (!Array.isArray(merged)) continue;
    original[key] = orderItems(merged, order, mine ?? [], mergeKey);
    done.add(key);
  }
  return done;
}

/** The items of a patch must be a subsequence of its `$setElementOrder` list. */
function checkOrder(items: readonly unknown[], order: readonly unknown[], mergeKey: string | undefined): void {
  if (items.length === 0 || order.length === 0) return;
  let at = 0;
  for (const item of items) {
    if (isObject(item) && Object.hasOwn(item, '$patch')) continue;
    const found = indexOf(order.slice(at), item, mergeKey);
    if (found < 0) {
      const list = goText(items);
      const wanted = goText(order);
      throw new PatchError(
        'unexpected',
        `The order in patch list:\n${list}\n doesn't match $setElementOrder list:\n${wanted}\n`,
      );
    }
    at += found + 1;
  }
}

function fieldSchema(schema: Schema | undefined, key: string): Schema | undefined {
  const named = schema?.properties?.[key];
  if (named) return named;
  return typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

function set(target: JsonObject, key: string, value: unknown): void {
  if (value === undefined) delete target[key];
  else if (!equal(target[key], value)) target[key] = value;
}
