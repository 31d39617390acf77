import { canonicalJson } from '../../core/hash.ts';

/** Whether two values mean the same on the wire: order of keys, undefined fields and nulls do not count. */
export function sameJson(a: unknown, b: unknown): boolean {
  return canonicalJson(withoutNulls(a)) === canonicalJson(withoutNulls(b));
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutNulls(item)]));
}

/** Without the fields that Go leaves out: zero counts and empty texts. */
export function withoutZeros<T extends object>(value: T): Partial<T> {
  const kept = Object.entries(value).filter(([, item]) => item !== 0 && item !== undefined && item !== '');
  return Object.fromEntries(kept) as Partial<T>;
}
