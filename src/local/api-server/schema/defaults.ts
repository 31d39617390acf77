import { isObject, type JsonObject, type Schema } from './types.ts';
import { fieldSchema } from './validate.ts';

/**
 * A copy of the object with the schema's defaults. A null of a field that is not nullable counts as absent: the default
 * takes its place, or it is dropped.
 */
export function applyDefaults<T extends JsonObject>(schema: Schema, object: T): T {
  return walk(schema, object) as T;
}

function walk(schema: Schema, value: unknown): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (!items) return value;
    return value.map((item) => walk(items, isBareNull(items, item) ? (structuredClone(items.default) ?? item) : item));
  }
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const [name, item] of Object.entries(value)) {
    const field = fieldSchema(schema, name);
    if (!field) result[name] = item;
    else if (!isBareNull(field, item)) result[name] = walk(field, item);
  }
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    if (field.default !== undefined && !Object.hasOwn(result, name)) {
      result[name] = walk(field, structuredClone(field.default));
    }
  }
  return result;
}

function isBareNull(schema: Schema, value: unknown): boolean {
  return (
    value === null && !schema.nullable && (schema.type !== undefined || schema['x-kubernetes-int-or-string'] === true)
  );
}
