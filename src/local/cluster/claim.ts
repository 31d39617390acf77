import { controllerOf, type KubeObject } from '../../core/resource.ts';
import type { Action } from './action.ts';
import { isTerminating, ownerReference } from './pods.ts';
import { matches } from './selector.ts';
import type { LabelSelector } from './types.ts';

/**
 * Which objects belong to a controller: its own whose labels match, and orphans that match, which it adopts. Its own
 * that match no more are released.
 */
export function claim<T extends KubeObject>(
  owner: KubeObject,
  selector: LabelSelector | undefined,
  candidates: readonly T[],
): { owned: T[]; actions: Action[] } {
  const owned: T[] = [];
  const actions: Action[] = [];
  for (const object of candidates) {
    const controller = controllerOf(object);
    const fits = matches(selector, object.metadata.labels);
    if (controller !== undefined) {
      if (controller.uid !== owner.metadata.uid) continue;
      if (fits) owned.push(object);
      else if (!isTerminating(owner) && !isTerminating(object)) actions.push(release(owner, object));
    } else if (fits && !isTerminating(owner) && !isTerminating(object)) {
      owned.push(object);
      actions.push(adopt(owner, object));
    }
  }
  return { owned, actions };
}

function adopt(owner: KubeObject, object: KubeObject): Action {
  const ownerReferences = [...(object.metadata.ownerReferences ?? []), ownerReference(owner)];
  return { do: 'patch', object, patch: { metadata: { uid: object.metadata.uid, ownerReferences } } };
}

function release(owner: KubeObject, object: KubeObject): Action {
  const ownerReferences = (object.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid);
  return { do: 'patch', object, patch: { metadata: { uid: object.metadata.uid, ownerReferences } } };
}
