import { duplicate } from './field-error.ts';
import { type FieldError, isObject, type JsonObject, type Schema } from './types.ts';
import { child, fieldSchema } from './validate.ts';

/** Items that stand twice in lists of type set or map (checked after the schema itself, as the real server does). */
export function checkListTypes(schema: Schema, value: unknown, path: string): FieldError[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    const inner = items ? value.flatMap((item, i) => checkListTypes(items, item, `${path}[${i}]`)) : [];
    return [...duplicates(schema, value, path), ...inner];
  }
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, item]) => {
    const field = fieldSchema(schema, name);
    return field ? checkListTypes(field, item, child(path, name)) : [];
  });
}

function duplicates(schema: Schema, list: readonly unknown[], path: string): FieldError[] {
  const type = schema['x-kubernetes-list-type'];
  if (type !== 'set' && type !== 'map') return [];
  const seen = new Set<string>();
  const errors: FieldError[] = [];
  for (const [i, item] of list.entries()) {
    const key = type === 'set' ? item : keysOf(schema, item);
    const text = canonical(key);
    if (seen.has(text)) errors.push(duplicate(`${path}[${i}]`, key));
    seen.add(text);
  }
  return errors;
}

function keysOf(schema: Schema, item: unknown): JsonObject {
  const keys = [...(schema['x-kubernetes-list-map-keys'] ?? [])].sort();
  return Object.fromEntries(keys.map((key) => [key, isObject(item) ? (item[key] ?? null) : null]));
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    isObject(item) ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))) : item,
  );
}
