import { equal } from './equal.ts';
import { invalid, notSupported, required, typeInvalid } from './field-error.ts';
import { hasFormat } from './formats.ts';
import { type FieldError, isObject, type JsonObject, type Schema } from './types.ts';
import { checkList, checkNumber, checkProperties, checkString } from './validate-limits.ts';

/**
 * Checks a value against a schema, in the words of a real kube-apiserver (custom resources).
 * @param old the stored value of an update: what did not change since is not checked again (ratcheting).
 */
export function validateValue(schema: Schema, value: unknown, path: string, old?: unknown): FieldError[] {
  if (old !== undefined && equal(value, old)) return [];
  if (value === null && schema.nullable) return [];
  const errors = [...checkType(schema, value, path), ...checkEnum(schema, value, path)];
  if (typeof value === 'string') errors.push(...checkString(schema, value, path));
  else if (typeof value === 'number') errors.push(...checkNumber(schema, value, path));
  else if (Array.isArray(value)) errors.push(...validateList(schema, value, path, old));
  else if (isObject(value)) errors.push(...validateMap(schema, value, path, old));
  return [...errors, ...checkCombinations(schema, value, path)];
}

function checkType(schema: Schema, value: unknown, path: string): FieldError[] {
  const actual = typeOf(value);
  const wanted = schema['x-kubernetes-int-or-string'] ? ['integer', 'string'] : schema.type ? [schema.type] : [];
  const fits = wanted.length === 0 || wanted.includes(actual) || (actual === 'integer' && wanted.includes('number'));
  if (!fits) {
    const type = JSON.stringify(actual);
    return [typeInvalid(path, actual, `${path} in body must be of type ${wanted.join(',')}: ${type}`)];
  }
  const { format } = schema;
  const textual = wanted.length === 0 || wanted.includes('string');
  if (typeof value === 'string' && format !== undefined && textual && !hasFormat(value, format)) {
    return [typeInvalid(path, value, `${path} in body must be of type ${format}: ${JSON.stringify(value)}`)];
  }
  return [];
}

/** The JSON type of a value, by its names in schemas. */
function typeOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function checkEnum(schema: Schema, value: unknown, path: string): FieldError[] {
  if (!schema.enum || schema.enum.some((item) => equal(item, value))) return [];
  return [notSupported(path, value, schema.enum)];
}

function validateList(schema: Schema, list: readonly unknown[], path: string, old: unknown): FieldError[] {
  const errors = checkList(schema, list, path);
  const { items } = schema;
  if (!items) return errors;
  const before = correlate(schema, old);
  return [...errors, ...list.flatMap((item, i) => validateValue(items, item, `${path}[${i}]`, before(item)))];
}

/** Finds the old item of an item: lists of type map by their keys; other lists have no way to tell. */
export function correlate(schema: Schema, old: unknown): (item: unknown) => unknown {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (!Array.isArray(old) || schema['x-kubernetes-list-type'] !== 'map') return () => undefined;
  const same = (a: unknown, b: unknown) => isObject(a) && isObject(b) && keys.every((key) => equal(a[key], b[key]));
  return (item) => old.find((other) => same(item, other));
}

function validateMap(schema: Schema, map: JsonObject, path: string, old: unknown): FieldError[] {
  const errors = checkProperties(schema, map, path);
  const before = isObject(old) ? old : {};
  for (const name of schema.required ?? []) {
    if (map[name] === undefined) errors.push(required(child(path, name)));
  }
  if (schema['x-kubernetes-embedded-resource']) errors.push(...checkEmbedded(schema, map, path));
  for (const [name, item] of Object.entries(map)) {
    const field = fieldSchema(schema, name);
    if (field) errors.push(...validateValue(field, item, child(path, name), before[name]));
  }
  return errors;
}

function checkEmbedded(schema: Schema, map: JsonObject, path: string): FieldError[] {
  const missing = ['apiVersion', 'kind'].filter((name) => !map[name] && !schema.required?.includes(name));
  return missing.map((name) => required(child(path, name)));
}

/** The schema of an entry of a map: its property, else what the schema says of other keys. */
export function fieldSchema(schema: Schema, name: string): Schema | undefined {
  if (schema.properties && Object.hasOwn(schema.properties, name)) return schema.properties[name];
  return isObject(schema.additionalProperties) ? (schema.additionalProperties as Schema) : undefined;
}

export function child(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function checkCombinations(schema: Schema, value: unknown, path: string): FieldError[] {
  const results = (schemas: readonly Schema[]) => schemas.map((option) => validateValue(option, value, path));
  const problem = (text: string) => invalid('<nil>', '', `"${path}" must ${text}`);
  const errors: FieldError[] = [];
  const any = results(schema.anyOf ?? []);
  if (any.length > 0 && !any.some(passes)) {
    errors.push(problem('validate at least one schema (anyOf)'), ...(any[0] ?? []));
  }
  const one = results(schema.oneOf ?? []);
  const matching = one.filter(passes).length;
  if (one.length > 0 && matching !== 1) {
    const found = matching === 0 ? 'Found none valid' : `Found ${matching} valid alternatives`;
    errors.push(problem(`validate one and only one schema (oneOf). ${found}`));
    if (matching === 0) errors.push(...(one[0] ?? []));
  }
  const all = results(schema.allOf ?? []);
  if (!all.every(passes)) errors.push(problem('validate all the schemas (allOf)'), ...all.flat());
  if (schema.not && passes(validateValue(schema.not, value, path)))
    errors.push(problem('not validate the schema (not)'));
  return errors;
}

function passes(errors: readonly FieldError[]): boolean {
  return errors.length === 0;
}
