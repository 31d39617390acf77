import { isObject, type JsonObject, type Schema } from './types.ts';
import { child, fieldSchema } from './validate.ts';

const RESOURCE = new Set(['apiVersion', 'kind', 'metadata']);

/**
 * The paths of fields that the schema does not declare (`spec.foo`, `spec.ports[0].bar`), for the strict decoding error
 * `unknown field "…"`. In the order of the document for built-in kinds, sorted for custom ones, as the real server.
 */
export function unknownFields(schema: Schema, object: JsonObject): string[] {
  const found: string[] = [];
  walk(schema, object, '', (path) => found.push(path));
  return schema['x-kubernetes-group-version-kind'] ? found : found.sort();
}

/** A copy of the object without the fields that the schema does not declare. */
export function prune<T extends JsonObject>(schema: Schema, object: T): T {
  return walk(schema, object, '', () => undefined) as T;
}

function walk(schema: Schema, value: unknown, path: string, drop: (path: string) => void): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.map((item, i) => walk(items, item, `${path}[${i}]`, drop)) : value;
  }
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const [name, item] of Object.entries(value)) {
    const field = fieldSchema(schema, name);
    if (field) result[name] = walk(field, item, child(path, name), drop);
    else if (isOpen(schema, name)) result[name] = item;
    else drop(child(path, name));
  }
  return result;
}

function isOpen(schema: Schema, name: string): boolean {
  if (schema['x-kubernetes-preserve-unknown-fields'] || schema.additionalProperties === true) return true;
  if (schema['x-kubernetes-embedded-resource'] && RESOURCE.has(name)) return true;
  return schema.type === undefined && schema.properties === undefined;
}
