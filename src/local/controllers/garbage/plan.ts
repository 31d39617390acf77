import type { KubeObject, OwnerReference } from '../../../core/resource.ts';
import type { Action } from '../../cluster/action.ts';
import { isTerminating } from '../../cluster/pods.ts';

const foreground = 'foregroundDeletion';
export const orphan = 'orphan';

/** `unknown`: it could not be found out now; nothing may follow from that. */
export type OwnerState = 'present' | 'absent' | 'foreground' | 'unknown';

export function hasFinalizer(object: KubeObject, finalizer: string): boolean {
  return object.metadata.finalizers?.includes(finalizer) === true;
}

/** An owner that waits for what it owns to go first. */
export function waitsForDependents(object: KubeObject): boolean {
  return isTerminating(object) && hasFinalizer(object, foreground);
}

/** What follows from an object's own deletion for those that it owns. */
export function planOwner(owner: KubeObject, dependents: readonly KubeObject[]): Action[] {
  if (!isTerminating(owner)) return [];
  if (hasFinalizer(owner, orphan)) {
    return [...dependents.map((one) => without(one, [owner.metadata.uid ?? ''])), dropFinalizer(owner, orphan)];
  }
  if (!hasFinalizer(owner, foreground)) return [];
  const blocking = dependents.filter((one) => referenceTo(one, owner)?.blockOwnerDeletion === true);
  return blocking.length === 0 ? [dropFinalizer(owner, foreground)] : [];
}

function referenceTo(object: KubeObject, owner: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find(({ uid }) => uid === owner.metadata.uid);
}

/**
 * What follows for an object from the state of its owners: it goes when none is left, and loses its references to
 * those that are gone or go as long as another stays.
 */
export function planDependent(
  object: KubeObject,
  stateOf: ReadonlyMap<string, OwnerState>,
  hasDependents: boolean,
): Action[] {
  const references = object.metadata.ownerReferences ?? [];
  if (references.length === 0 || isTerminating(object)) return [];
  const state = (reference: OwnerReference): OwnerState => {
    const owner = stateOf.get(reference.uid) ?? 'unknown';
    // An owner that does not wait for this object is simply there until it is gone.
    return owner === 'foreground' && !reference.blockOwnerDeletion ? 'present' : owner;
  };
  if (references.some((reference) => state(reference) === 'unknown')) return [];
  const leaving = references.filter((reference) => state(reference) !== 'present');
  if (leaving.length === 0) return [];
  if (leaving.length < references.length)
    return [
      without(
        object,
        leaving.map(({ uid }) => uid),
      ),
    ];
  const waiting = references.some((reference) => state(reference) === 'foreground');
  return [{ do: 'delete', object, propagation: waiting && hasDependents ? 'Foreground' : 'Background' }];
}

function without(object: KubeObject, owners: readonly string[]): Action {
  const kept = (object.metadata.ownerReferences ?? []).filter(({ uid }) => !owners.includes(uid));
  const ownerReferences = kept.length === 0 ? null : kept;
  return { do: 'patch', object, patch: { metadata: { uid: object.metadata.uid, ownerReferences } } };
}

function dropFinalizer(object: KubeObject, finalizer: string): Action {
  const { uid, resourceVersion, finalizers = [] } = object.metadata;
  const kept = finalizers.filter((one) => one !== finalizer);
  // With the version: another finalizer may have been removed meanwhile, and must not come back.
  return { do: 'patch', object, patch: { metadata: { uid, resourceVersion, finalizers: kept } } };
}
