import { createHash, createHmac } from 'node:crypto';

/** JSON with sorted keys and without undefined fields: equal data, equal text, on every platform (D7). */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value)) ?? 'null';
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}

/** Lower-case hex. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Hex digits that keep names apart which are alike in their beginning. */
const cutHashLength = 8;

/** Cuts a name that is longer than `limit` characters and adds a hash of the whole, so that names that begin alike stay apart. */
export function cutName(name: string, limit: number): string {
  if (name.length <= limit) return name;
  const hash = sha256(name).slice(0, cutHashLength);
  return `${name.slice(0, limit - cutHashLength - 1).replace(/[-.]+$/, '')}-${hash}`;
}

/** Hex HMAC-SHA-256 of the canonical JSON: for data that may hold secrets, whose plain hash could be guessed (E20). */
export function keyedHash(key: string, value: unknown): string {
  return createHmac('sha256', key).update(canonicalJson(value)).digest('hex');
}
