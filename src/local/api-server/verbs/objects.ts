import type { WriteCall } from '../api.ts';
import { notFound } from '../errors.ts';
import type { ApiObject } from '../object.ts';
import { decode, encode } from '../resources/codec.ts';
import { keyOf, type ResourceType } from '../resources/resource-type.ts';
import type { Entry } from '../store/log.ts';

/** How error messages name a resource. */
export function resourceName(type: ResourceType): { group: string; name: string } {
  return { group: type.group, name: type.plural };
}

/** How error messages name a kind. */
export function kindName(type: ResourceType): { group: string; name: string } {
  return { group: type.group, name: type.kind };
}

/** The stored entry that a request names. @throws 404 */
function loadEntry(call: WriteCall, name = call.info.name): Entry {
  const entry = call.api.store.get(keyOf(call.type, call.info.namespace, name));
  if (entry === undefined) throw notFound(resourceName(call.type), name);
  return entry;
}

export function loadObject(call: WriteCall, name = call.info.name): ApiObject {
  return decode(call.type, loadEntry(call, name).value);
}

function keyOfObject(type: ResourceType, object: ApiObject): string {
  return keyOf(type, object.metadata.namespace ?? '', object.metadata.name);
}

/** Stores an object and gives it back with its new resourceVersion. */
export function saveObject(call: WriteCall, object: ApiObject): ApiObject {
  const { api, type } = call;
  const entry = api.store.put(keyOfObject(type, object), (rev) => encode(type, object, rev));
  return decode(type, entry.value);
}

/** Removes an object for good; gives back its last state. */
export function eraseObject(call: WriteCall, object: ApiObject): ApiObject {
  const { api, type } = call;
  const entry = api.store.delete(keyOfObject(type, object), (rev) => encode(type, object, rev));
  return decode(type, entry.value);
}
