import { goText } from '../go-text.ts';
import { equal } from '../schema/equal.ts';
import { isObject, type JsonObject, type Schema } from '../schema/types.ts';
import { PatchError } from './error.ts';
import { identity, indexOf, orderItems } from './strategic-order.ts';

/** How items of a list of maps are merged; given by the caller, as maps and lists hold each other. */
export type MergeItem = (original: JsonObject, patch: JsonObject, schema: Schema | undefined) => JsonObject;
/** The value that a patch's item becomes where the server has none: directives and nulls dropped, undefined = nothing. */
export type Clean = (value: unknown) => unknown;

/** Merges a list whose patch strategy is `merge`. */
export function mergeList(
  original: readonly unknown[],
  patch: readonly unknown[],
  schema: Schema | undefined,
  mergeItem: MergeItem,
  clean: Clean,
): unknown[] {
  if (original.length === 0 && patch.length === 0) return [];
  const maps = [...original, ...patch].some(isObject);
  if (!maps) {
    const merged: unknown[] = [];
    for (const item of [...original, ...patch]) if (indexOf(merged, item, undefined) < 0) merged.push(item);
    return orderItems(merged, patch, original, undefined);
  }
  const mergeKey = schema?.['x-kubernetes-patch-merge-key'];
  if (mergeKey === undefined) throw new PatchError('unexpected', 'cannot merge lists without merge key');
  const directed = applyDirectives(original, patch, mergeKey);
  if (directed.replace) return directed.items.map(clean).filter((item) => item !== undefined);
  const merged = [...directed.rest];
  for (const item of directed.items) {
    identity(item, mergeKey);
    const at = indexOf(merged, item, mergeKey);
    const present = merged[at];
    if (at >= 0 && isObject(present) && isObject(item)) merged[at] = mergeItem(present, item, schema?.items);
    else merged.push(clean(item));
  }
  return orderItems(merged, directed.items, directed.rest, mergeKey);
}

/** Carries out `$patch: delete` and `$patch: replace` items; `rest` is what is left of the server's list. */
function applyDirectives(original: readonly unknown[], patch: readonly unknown[], mergeKey: string) {
  let rest = [...original];
  let replace = false;
  const items: unknown[] = [];
  for (const item of patch) {
    const directive = isObject(item) ? item['$patch'] : undefined;
    if (directive === undefined) items.push(item);
    else if (directive === 'delete') {
      const key = identity(item, mergeKey);
      rest = rest.filter((other) => !equal(identity(other, mergeKey), key));
    } else if (directive === 'replace') replace = true;
    else if (directive === 'merge') {
      throw new PatchError('malformed', 'merging lists cannot yet be specified in the patch');
    } else {
      throw new PatchError('unexpected', `unknown patch type: ${String(directive)} in map: ${goText(item)}`);
    }
  }
  return { rest, items, replace };
}
