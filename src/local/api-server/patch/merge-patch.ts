import { equal } from '../schema/equal.ts';
import { isObject, type JsonObject } from '../schema/types.ts';
import { PatchError } from './error.ts';

/**
 * RFC 7396. Returns a patched copy; `object` stays as it is.
 * @throws PatchError when the patch is no JSON object.
 */
export function mergePatch<T extends JsonObject>(object: T, patch: unknown): T {
  if (!isObject(patch)) throw new PatchError('malformed', 'error decoding patch: a merge patch is a JSON object');
  return merge(object, patch) as T;
}

function merge(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return structuredClone(patch);
  const result: JsonObject = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else if (key !== '__proto__') result[key] = merge(result[key], value);
  }
  return result;
}

/** The merge patch that turns `before` into `after`. Neither may hold nulls: RFC 7396 cannot express them. */
export function mergePatchDiff(before: JsonObject, after: JsonObject): JsonObject {
  const patch: JsonObject = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, fresh] = [before[key], after[key]];
    if (fresh === undefined) patch[key] = null;
    else if (isObject(old) && isObject(fresh)) {
      const inner = mergePatchDiff(old, fresh);
      if (Object.keys(inner).length > 0) patch[key] = inner;
    } else if (!equal(old, fresh)) patch[key] = fresh;
  }
  return patch;
}
