import { goText } from '../go-text.ts';
import { equal } from '../schema/equal.ts';
import { isObject } from '../schema/types.ts';
import { PatchError } from './error.ts';

/** What tells two items of a list apart: the merge key's value of a map, the value itself of a primitive. */
export function identity(item: unknown, mergeKey: string | undefined): unknown {
  if (mergeKey === undefined) return item;
  const value = isObject(item) ? item[mergeKey] : undefined;
  if (value === undefined) {
    throw new PatchError('unexpected', `map: ${goText(item)} does not contain declared merge key: ${mergeKey}`);
  }
  return value;
}

export function indexOf(list: readonly unknown[], item: unknown, mergeKey: string | undefined): number {
  const wanted = identity(item, mergeKey);
  return list.findIndex((other) => equal(identity(other, mergeKey), wanted));
}

/**
 * The order of a merged list: items named by the patch in the patch's order, items only the server has in the server's
 * order, the two interleaved by the server's order as far as that is known.
 */
export function orderItems(
  merged: readonly unknown[],
  patchOrder: readonly unknown[],
  serverOrder: readonly unknown[],
  mergeKey: string | undefined,
): unknown[] {
  const rank = (order: readonly unknown[]) => (a: unknown, b: unknown) =>
    indexOf(order, a, mergeKey) - indexOf(order, b, mergeKey);
  const named = merged.filter((item) => indexOf(patchOrder, item, mergeKey) >= 0).sort(rank(patchOrder));
  const serverOnly = merged.filter((item) => indexOf(patchOrder, item, mergeKey) < 0).sort(rank(serverOrder));
  const result: unknown[] = [];
  while (named.length > 0 && serverOnly.length > 0) {
    const left = indexOf(serverOrder, serverOnly[0], mergeKey);
    const right = indexOf(serverOrder, named[0], mergeKey);
    result.push(left >= 0 && right >= 0 && left < right ? serverOnly.shift() : named.shift());
  }
  return [...result, ...named, ...serverOnly];
}
