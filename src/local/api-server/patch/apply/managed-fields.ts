import { isObject, type JsonObject } from '../../schema/types.ts';
import { fromFieldsV1, toFieldsV1 } from './fields-v1.ts';
import { isEmpty, type PathSet, union } from './path-set.ts';

/** One entry of metadata.managedFields, as JSON. */
export type ManagedFieldsEntry = {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  /** RFC 3339, seconds. */
  time?: string;
  fieldsType: 'FieldsV1';
  fieldsV1: JsonObject;
  subresource?: string;
};

/** An entry with its fields as a set. */
export type Manager = Omit<ManagedFieldsEntry, 'fieldsType' | 'fieldsV1'> & { set: PathSet };

/** Entries by identity. An applier keeps its entry when it applies another version; an updater has one a version. */
export type Managers = Map<string, Manager>;

/** Updaters beyond this are joined into one entry, oldest first. */
const MAX_UPDATERS = 10;
const ANCIENT = 'ancient-changes';

export function identify(manager: Pick<Manager, 'manager' | 'operation' | 'apiVersion' | 'subresource'>): string {
  const { manager: name, operation, apiVersion, subresource } = manager;
  const version = operation === 'Apply' ? {} : { apiVersion };
  return JSON.stringify({ manager: name, operation, ...version, ...(subresource ? { subresource } : {}) });
}

/** The managers of an object; none when its entries are garbage, as the real server does. */
export function decodeManagers(entries: unknown): Managers {
  const managers: Managers = new Map();
  for (const entry of Array.isArray(entries) ? entries : []) {
    if (!isObject(entry) || entry['fieldsType'] !== 'FieldsV1' || typeof entry['apiVersion'] !== 'string')
      return new Map();
    if (entry['operation'] !== 'Apply' && entry['operation'] !== 'Update') return new Map();
    const { fieldsType: _type, fieldsV1, ...rest } = entry as ManagedFieldsEntry;
    const manager = { ...rest, set: fromFieldsV1(fieldsV1) };
    managers.set(identify(manager), manager);
  }
  return managers;
}

/** The JSON entries, appliers first, then by time and name; undefined when nobody owns anything. */
export function encodeManagers(managers: Managers): ManagedFieldsEntry[] | undefined {
  const entries = [...managers.values()].filter(({ set }) => !isEmpty(set)).sort(byOperationTimeName);
  if (entries.length === 0) return undefined;
  return entries.map(({ manager, operation, apiVersion, time, set, subresource }) => ({
    manager,
    operation,
    apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: toFieldsV1(set),
    ...(subresource ? { subresource } : {}),
  }));
}

function byOperationTimeName(a: Manager, b: Manager): number {
  const key = ({ operation, time, manager, apiVersion, subresource }: Manager) =>
    [operation, time ?? '', manager, apiVersion, subresource ?? ''] as const;
  const [left, right] = [key(a), key(b)];
  const at = left.findIndex((part, i) => part !== right[i]);
  return at < 0 ? 0 : (left[at] ?? '') < (right[at] ?? '') ? -1 : 1;
}

/** Joins the oldest updaters of an API version until there are no more than ten updaters. */
export function capUpdaters(managers: Managers): Managers {
  const updaters = [...managers.values()].filter(({ operation }) => operation === 'Update').sort(byOperationTimeName);
  let excess = updaters.length - MAX_UPDATERS;
  const capped = new Map(managers);
  const first = new Map<string, Manager>();
  for (const updater of updaters) {
    if (excess <= 0) break;
    const known = first.get(updater.apiVersion);
    if (!known) {
      first.set(updater.apiVersion, updater);
      continue;
    }
    capped.delete(identify(known));
    capped.delete(identify(updater));
    const { subresource: _dropped, ...rest } = updater;
    const bucket: Manager = { ...rest, manager: ANCIENT, set: union(known.set, updater.set) };
    capped.set(identify(bucket), bucket);
    first.set(updater.apiVersion, bucket);
    excess -= 1;
  }
  return capped;
}
