import { type ApiObject, apiVersionOf } from '../object.ts';
import type { Entry } from '../store/log.ts';
import { autoscalerToV1, autoscalerToV2 } from './autoscalers.ts';
import { eventToCore, eventToEventsGroup } from './events.ts';
import type { ResourceType } from './resource-type.ts';

/** The API version in which a resource is asked for. */
export function servedApiVersion(type: ResourceType): string {
  return apiVersionOf(type.group, type.version);
}

/** Whether the stored text can be sent as it is. */
function servedAsStored(type: ResourceType): boolean {
  return servedApiVersion(type) === type.storageApiVersion;
}

/** The stored object in the version asked for. */
export function decode(type: ResourceType, text: string): ApiObject {
  const object = JSON.parse(text) as ApiObject;
  if (servedAsStored(type)) return object;
  if (type.plural === 'events') return eventToEventsGroup(object);
  if (type.group === 'autoscaling') return autoscalerToV1(object);
  // Versions of one custom resource differ in their apiVersion only (conversion strategy None).
  object.apiVersion = servedApiVersion(type);
  return object;
}

/** The text to store, with the revision in it. */
export function encode(type: ResourceType, object: ApiObject, rev: number): string {
  const stored = servedAsStored(type) ? object : toStored(type, object);
  const { apiVersion, kind, metadata, ...rest } = stored;
  return JSON.stringify({ apiVersion, kind, metadata: { ...metadata, resourceVersion: String(rev) }, ...rest });
}

function toStored(type: ResourceType, object: ApiObject): ApiObject {
  if (type.plural === 'events') return eventToCore(object);
  if (type.group === 'autoscaling') return autoscalerToV2(object);
  return { ...object, apiVersion: type.storageApiVersion };
}

/** The JSON text of an entry in the version asked for. */
export function servedText(type: ResourceType, entry: Pick<Entry, 'value'>): string {
  return servedAsStored(type) ? entry.value : JSON.stringify(decode(type, entry.value));
}
