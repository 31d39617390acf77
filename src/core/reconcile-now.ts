import { reconcileAnnotation } from './annotations.ts';
import type { ObjectMeta } from './resource.ts';

type Asking = Readonly<{
  metadata: Pick<ObjectMeta, 'annotations'>;
  status?: Readonly<{ lastHandledReconcile?: string | undefined }> | undefined;
}>;

/** What the object asks for now, handled or not: the status keeps it once the sources were looked at. */
export function reconcileRequest({ metadata }: Pick<Asking, 'metadata'>): string | undefined {
  return metadata.annotations?.[reconcileAnnotation];
}

/** Whether a look is asked for that has not been made yet. */
export function asksForLook(object: Asking): boolean {
  const request = reconcileRequest(object);
  return request !== undefined && request !== object.status?.lastHandledReconcile;
}

/** Milliseconds that an answer of a source may be old: those of the interval, none where a look is asked for. */
export function maxAgeOf(object: Asking, intervalMs: number): number {
  return asksForLook(object) ? 0 : intervalMs;
}
