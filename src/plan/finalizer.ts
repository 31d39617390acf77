import { type Group, refOf } from '../core/plan.ts';
import type { BaseDraft } from './draft.ts';

type Held = BaseDraft['object'];

export function isHeld({ metadata }: Held, finalizer: string): boolean {
  return metadata.finalizers?.includes(finalizer) === true;
}

/** E10: from now on a deletion waits. */
export function addFinalizer(object: Held, finalizer: string): Group[] {
  if (isHeld(object, finalizer)) return [];
  const held = { ...refOf(object), uid: object.metadata.uid };
  return [{ name: 'finalizer', actions: [{ type: 'add-finalizer', object: held, finalizer }] }];
}

/** E10: nothing of ours holds the deletion any more. */
export function removeFinalizer(object: Held, finalizer: string): Group {
  return { name: 'finalizer', actions: [{ type: 'remove-finalizer', object: refOf(object), finalizer }] };
}
