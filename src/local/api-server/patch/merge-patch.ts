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
