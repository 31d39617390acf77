import type { KubeObject, ObjectMeta } from '../../core/resource.ts';

export type Json = { [field: string]: unknown };

/** The metadata fields that only the API server itself deals in, on top of those the product knows. */
export type Metadata = ObjectMeta & {
  generateName?: string;
  managedFields?: Json[];
  deletionGracePeriodSeconds?: number;
  selfLink?: string;
};

export type ApiObject = KubeObject & { metadata: Metadata };

/** `value` as a map; an empty one when it is anything else. Reads only: the empty map is not attached anywhere. */
export function mapOf(value: unknown): Json {
  return isMap(value) ? value : {};
}

export function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The list's maps: what is not a map is left out. */
export function mapsOf(value: unknown): Json[] {
  return listOf(value).filter(isMap);
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

/** The value at a path of map keys. */
export function dig(value: unknown, ...path: string[]): unknown {
  let here = value;
  for (const key of path) here = isMap(here) ? here[key] : undefined;
  return here;
}

/** Sets the value at a path of map keys, making the maps on the way. */
export function put(target: Json, path: readonly string[], value: unknown): void {
  let here = target;
  for (const key of path.slice(0, -1)) {
    const next = here[key];
    if (isMap(next)) here = next;
    else {
      const made: Json = {};
      here[key] = made;
      here = made;
    }
  }
  const last = path.at(-1);
  if (last === undefined) return;
  if (value === undefined) delete here[last];
  else here[last] = value;
}

/** Sets `key` when the map does not have it yet. */
export function fallback(target: Json, key: string, value: unknown): void {
  if (target[key] === undefined) target[key] = value;
}

/** Equality of two JSON values; the order of map keys does not matter. */
export function equalJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => equalJson(item, b[i]));
  }
  if (!isMap(a) || !isMap(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && equalJson(a[key], b[key]));
}

/** RFC 3339 without a fraction, as metav1.Time is written. */
export function timestamp(now: Date): string {
  return `${now.toISOString().slice(0, 19)}Z`;
}

export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

export function versionOf(apiVersion: string): string {
  return apiVersion.slice(apiVersion.indexOf('/') + 1);
}

export function apiVersionOf(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}
