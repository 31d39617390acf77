import type { KubeObject } from '../../core/resource.ts';
import { appliedAnnotation } from './place.ts';

/** Fields that the API server or the garbage collector owns. */
const ignored = new Set(['status', 'apiVersion']);

/** Whether this text of the manifest was applied. */
export function isApplied(wanted: KubeObject, live: KubeObject | undefined): boolean {
  const hash = (object: KubeObject | undefined) => object?.metadata.annotations?.[appliedAnnotation];
  return live !== undefined && hash(live) === hash(wanted);
}

/**
 * Whether the object no longer says what the manifest says. A value that the API server writes differently (`1000m` →
 * `1`) counts too: it is applied again, which changes nothing there.
 */
export function hasDrifted(wanted: KubeObject, live: KubeObject): boolean {
  // Secrets are written in clear as stringData and read as data.
  const { stringData: _, ...compared } = wanted;
  return !covers(live, compared, true);
}

function covers(live: unknown, wanted: unknown, isTop = false): boolean {
  if (wanted === null || wanted === undefined) return true;
  if (live === undefined && typeof wanted === 'object') return isEmpty(wanted);
  if (Array.isArray(wanted)) {
    if (!Array.isArray(live) || live.length !== wanted.length) return false;
    return wanted.every((item, index) => covers(live[index], item));
  }
  if (typeof wanted !== 'object') return live === wanted;
  if (live === null || typeof live !== 'object') return false;
  return Object.entries(wanted).every(
    ([key, value]) => (isTop && ignored.has(key)) || covers((live as Record<string, unknown>)[key], value),
  );
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}
