import { isObject, type JsonObject, type Schema } from './types.ts';
import { fieldSchema } from './validate.ts';

/**
 * The error that Go's JSON decoder gives for the first value of the wrong type, as a real kube-apiserver puts it into
 * its 400 for built-in kinds: `json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type
 * int32`. Undefined when every value has its field's type. Nulls fit everywhere.
 */
export function decodeError(schema: Schema, object: JsonObject): string | undefined {
  return walk(schema, object, schema, []);
}

function walk(schema: Schema, value: unknown, struct: Schema, path: readonly string[]): string | undefined {
  const type = goType(schema);
  if (value === null || type === undefined) return undefined;
  const found = jsonType(value);
  const wanted = schema.type === 'integer' || schema.type === 'number' ? 'number' : (schema.type ?? found);
  const exact = schema.type === 'integer' && typeof value === 'number' && !Number.isInteger(value);
  if (found !== wanted || exact) {
    const what = exact ? `number ${value}` : found === 'boolean' ? 'bool' : found;
    return `json: cannot unmarshal ${what} into Go struct field ${[structName(struct), ...path].join('.')} of type ${type}`;
  }
  if (Array.isArray(value)) {
    return first(value, (item) => (schema.items ? walk(schema.items, item, struct, path) : undefined));
  }
  if (!isObject(value)) return undefined;
  return first(Object.entries(value), ([name, item]) => {
    const field = fieldSchema(schema, name);
    const declared = Object.hasOwn(schema.properties ?? {}, name);
    if (!field) return undefined;
    // The entries of a Go map have no field of their own: errors name the map.
    return declared ? walk(field, item, schema, [...path, name]) : walk(field, item, struct, path);
  });
}

function first<T>(items: readonly T[], check: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const problem = check(item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function jsonType(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value;
}

function structName(schema: Schema): string {
  return schema['x-go-type']?.split('.').at(-1) ?? '';
}

/** The Go type of a field; undefined for types that read more than one JSON type (IntOrString, Quantity, JSON). */
function goType(schema: Schema): string | undefined {
  const named = schema['x-go-type'];
  switch (schema.type) {
    case 'string':
      return schema.format === 'int-or-string' ? undefined : named ? `v1.${structName(schema)}` : 'string';
    case 'boolean':
      return 'bool';
    case 'integer':
      return schema.format === 'int32' ? 'int32' : 'int64';
    case 'number':
      return 'float64';
    case 'array':
      return `[]${schema.items ? (goType(schema.items) ?? 'interface {}') : 'interface {}'}`;
    case 'object':
      if (named) return `v1.${structName(schema)}`;
      return isObject(schema.additionalProperties)
        ? `map[string]${goType(schema.additionalProperties as Schema) ?? 'interface {}'}`
        : 'map[string]interface {}';
    default:
      return undefined;
  }
}
