import { invalid, notSupported, required } from '../field-error.ts';
import type { FieldError, Schema } from '../types.ts';

const LIST_TYPES = ['atomic', 'set', 'map'];
const MAP_TYPES = ['atomic', 'granular'];

/** x-kubernetes-list-type, -list-map-keys and -map-type: each where it belongs, and whole. */
export function checkLists(schema: Schema, path: string): FieldError[] {
  return [...checkMapType(schema, path), ...checkListType(schema, path), ...checkKeys(schema, path)];
}

function checkMapType(schema: Schema, path: string): FieldError[] {
  const type = schema['x-kubernetes-map-type'];
  if (type === undefined) return [];
  if (schema.type !== 'object') {
    return [invalid(`${path}.type`, schema.type, 'must be object if x-kubernetes-map-type is specified')];
  }
  return MAP_TYPES.includes(type) ? [] : [notSupported(`${path}.x-kubernetes-map-type`, type, MAP_TYPES)];
}

function checkListType(schema: Schema, path: string): FieldError[] {
  const type = schema['x-kubernetes-list-type'];
  const { items } = schema;
  if (type === undefined) return [];
  if (schema.type !== 'array') {
    return [invalid(`${path}.type`, schema.type ?? '', 'must be array if x-kubernetes-list-type is specified')];
  }
  if (!LIST_TYPES.includes(type)) return [notSupported(`${path}.x-kubernetes-list-type`, type, LIST_TYPES)];
  if (type !== 'set') return [];
  const atomicMap = items?.type !== 'object' || items['x-kubernetes-map-type'] === 'atomic';
  if (!atomicMap) {
    const why = 'must be atomic as item of a list with x-kubernetes-list-type=set';
    return [invalid(`${path}.items.x-kubernetes-map-type`, items['x-kubernetes-map-type'], why)];
  }
  const list = items?.type === 'array' && items['x-kubernetes-list-type'] !== 'atomic';
  if (!list) return [];
  const why = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  return [invalid(`${path}.items.x-kubernetes-list-type`, items['x-kubernetes-list-type'], why)];
}

function checkKeys(schema: Schema, path: string): FieldError[] {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const isMap = schema['x-kubernetes-list-type'] === 'map';
  const at = `${path}.x-kubernetes-list-map-keys`;
  if (!isMap) {
    if (keys.length === 0) return [];
    return [required(`${path}.x-kubernetes-list-type`, 'must be map if x-kubernetes-list-map-keys is non-empty')];
  }
  if (keys.length === 0) return [required(at, 'must not be empty if x-kubernetes-list-type is map')];
  const { items } = schema;
  if (!items) return [];
  if (items.type !== 'object') {
    const why = "must be object if parent array's x-kubernetes-list-type is map";
    return [invalid(`${path}.items.type`, items.type, why)];
  }
  if (keys.some((key) => !items.properties?.[key])) {
    return [invalid(at, keys, 'entries must all be names of item properties')];
  }
  return keys
    .filter((key) => !items.required?.includes(key) && items.properties?.[key]?.default === undefined)
    .map((key) =>
      required(
        `${path}.items.properties[${key}].default`,
        'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
      ),
    );
}
