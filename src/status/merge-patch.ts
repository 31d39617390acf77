import { isDeepStrictEqual } from 'node:util';
import { isObject, type JsonObject } from '../core/json.ts';

/**
 * The smallest JSON merge patch (RFC 7396) that turns one document into the other, or undefined when they are equal.
 * Lists are replaced whole, as that format wants.
 */
export function mergePatch(before: JsonObject, after: JsonObject): JsonObject | undefined {
  const patch = new Map<string, unknown>();
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [from, to] = [before, after].map((document) => (Object.hasOwn(document, key) ? document[key] : undefined));
    if (isDeepStrictEqual(from, to)) continue;
    if (isObject(from) && isObject(to)) {
      const inner = mergePatch(from, to);
      if (inner !== undefined) patch.set(key, inner);
    } else {
      patch.set(key, to === undefined ? null : to);
    }
  }
  return patch.size === 0 ? undefined : Object.fromEntries(patch);
}
