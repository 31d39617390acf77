import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../core/resource.ts';

/**
 * Whether an object's own pass must hear of this change of it. Our own writes come back as changes that say nothing
 * new: a status, a finalizer that was added.
 */
export function concernsItself(before: KubeObject | undefined, after: KubeObject | undefined): boolean {
  if (before === undefined || after === undefined) return true;
  const kept = ({ metadata: { uid, generation, deletionTimestamp, annotations } }: KubeObject) => {
    return [uid, generation, deletionTimestamp, annotations];
  };
  if (!isDeepStrictEqual(kept(before), kept(after))) return true;
  const finalizers = after.metadata.finalizers ?? [];
  return (before.metadata.finalizers ?? []).some((finalizer) => !finalizers.includes(finalizer));
}

/** Whether the deletion of an object has begun or ended. */
export function isGoing(before: KubeObject | undefined, after: KubeObject | undefined): boolean {
  return before?.metadata.deletionTimestamp !== after?.metadata.deletionTimestamp;
}

/** Whether the object is there no more; another of the same name may be. */
export function isGone(before: KubeObject | undefined, after: KubeObject | undefined): boolean {
  return before !== undefined && before.metadata.uid !== after?.metadata.uid;
}
