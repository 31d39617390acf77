import { type ApiObject, mapOf } from '../object.ts';

/** Field names of core/v1 Event → events.k8s.io/v1 Event: one store, two faces. */
const names: readonly (readonly [core: string, group: string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
];

export function eventToEventsGroup(event: ApiObject): ApiObject {
  return rename(event, 'events.k8s.io/v1', new Map(names));
}

export function eventToCore(event: ApiObject): ApiObject {
  const core = rename(event, 'v1', new Map(names.map(([mine, theirs]) => [theirs, mine])));
  // Both are required in core/v1 and absent from what the newer recorders write.
  core['involvedObject'] = mapOf(core['involvedObject']);
  return core;
}

function rename(event: ApiObject, apiVersion: string, to: ReadonlyMap<string, string>): ApiObject {
  const renamed = Object.entries(event).map(([field, value]) => [to.get(field) ?? field, value] as const);
  return { ...(Object.fromEntries(renamed) as ApiObject), apiVersion };
}
