import { canonicalJson } from '../../core/hash.ts';

/** Whether two values are the same on the wire: order of keys and undefined fields do not count. */
export function sameJson(a: unknown, b: unknown): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

/** Without the fields that Go leaves out: zero counts and empty texts. */
export function withoutZeros<T extends object>(value: T): Partial<T> {
  const kept = Object.entries(value).filter(([, item]) => item !== 0 && item !== undefined && item !== '');
  return Object.fromEntries(kept) as Partial<T>;
}
