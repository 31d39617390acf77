import type { RepositoryObject } from '../../api/repository.ts';
import { abandonAnnotation } from '../../core/annotations.ts';
import { type ObjectRef, refOf } from '../../core/plan.ts';
import type { SourceContent } from './facts.ts';
import { entryRef, objectId } from './identity.ts';
import { placeAll } from './place.ts';

/** A deletion that leaves all as it is. */
export function isAbandoned({ metadata }: RepositoryObject): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.annotations?.[abandonAnnotation] === 'true';
}

/**
 * Of which objects `facts.live` must tell what the cluster holds, by id: those of the inventory and those to be applied,
 * each in the namespace where it goes.
 */
export function refsToRead(
  object: RepositoryObject,
  content: SourceContent | undefined,
): ReadonlyMap<string, ObjectRef> {
  if (isAbandoned(object)) return new Map();
  const inventory = (object.status.inventory ?? []).map(entryRef);
  const placed = content === undefined ? [] : placeAll(object, content).placed.map((item) => refOf(item.object));
  return new Map([...inventory, ...placed].map((ref) => [objectId(ref), ref]));
}
