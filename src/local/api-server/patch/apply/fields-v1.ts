import { isObject, type JsonObject } from '../../schema/types.ts';
import { isEmpty, type PathSet } from './path-set.ts';

/** The JSON form of a set (`managedFields[].fieldsV1`). An element that is a member and has children holds a `.` too. */
export function toFieldsV1(set: PathSet): JsonObject {
  const json: JsonObject = {};
  for (const element of [...new Set([...set.members, ...set.children.keys()])].sort()) {
    const child = set.children.get(element);
    const member = set.members.has(element);
    if (child && !isEmpty(child)) json[element] = { ...(member ? { '.': {} } : {}), ...toFieldsV1(child) };
    else if (member) json[element] = {};
  }
  return json;
}

/** The set of a fieldsV1 value. Elements of unknown kind are dropped, as newer servers may write more. */
export function fromFieldsV1(json: unknown): PathSet {
  const members = new Set<string>();
  const children = new Map<string, PathSet>();
  for (const [element, value] of Object.entries(isObject(json) ? json : {})) {
    if (!/^[fkvi]:/.test(element)) continue;
    const inner = isObject(value) ? value : {};
    const names = Object.keys(inner);
    if (names.length === 0 || names.includes('.')) members.add(element);
    const child = fromFieldsV1(inner);
    if (!isEmpty(child)) children.set(element, child);
  }
  return { members, children };
}
