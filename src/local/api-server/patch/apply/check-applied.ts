import { isObject, type JsonObject, type Schema } from '../../schema/types.ts';
import { printPath } from './path-set.ts';
import { shapeOf, TypedError } from './typed.ts';

/**
 * What apply refuses before it merges: fields that the schema does not declare, items that stand twice, items without
 * keys. The message is the real server's (500 InternalError).
 * @throws TypedError
 */
export function checkApplied(applied: JsonObject, schema: Schema | undefined): void {
  if (!schema) return;
  const problems: string[] = [];
  check(applied, schema, [], problems);
  if (problems.length === 0) return;
  const { apiVersion, kind } = applied as { apiVersion?: string; kind?: string };
  const { namespace = '', name = '' } = (applied['metadata'] ?? {}) as { namespace?: string; name?: string };
  const text = problems.length === 1 ? problems[0] : `errors:\n${problems.map((problem) => `  ${problem}`).join('\n')}`;
  throw new TypedError(
    `failed to create typed patch object (${namespace}/${name}; ${apiVersion}, Kind=${kind}): ${text}`,
  );
}

function check(value: unknown, schema: Schema | undefined, path: readonly string[], problems: string[]): void {
  const wrong = wrongType(value, schema);
  if (wrong !== undefined) {
    problems.push(`${printPath(path)}: ${wrong}`);
    return;
  }
  const shape = shapeOf(schema, value);
  if (shape.kind === 'map') {
    const closed = isClosed(schema);
    for (const [name, item] of Object.entries(value as JsonObject)) {
      const field = shape.field(name);
      const below = [...path, `f:${name}`];
      if (closed && !field.declared) {
        problems.push(`${printPath(below)}: field not declared in schema`);
        return;
      }
      check(item, field.schema, below, problems);
    }
  } else if (shape.kind === 'list') {
    checkItems(value as unknown[], shape, path, problems);
  }
}

function checkItems(
  list: readonly unknown[],
  shape: ReturnType<typeof shapeOf> & { kind: 'list' },
  path: readonly string[],
  problems: string[],
): void {
  const seen = new Set<string>();
  for (const [index, item] of list.entries()) {
    try {
      const element = shape.element(item);
      if (seen.has(element)) {
        problems.push(`${printPath(path)}: duplicate entries for key ${printPath([element])}`);
      }
      seen.add(element);
      check(item, shape.items, [...path, element], problems);
    } catch (error) {
      problems.push(`${printPath(path)}: element ${index}: ${(error as Error).message}`);
    }
  }
}

/** Whether a map takes its declared fields only. A schema that says nothing of fields takes any. */
function isClosed(schema: Schema | undefined): boolean {
  if (!schema?.properties || schema['x-kubernetes-preserve-unknown-fields']) return false;
  return !isObject(schema.additionalProperties) && schema.additionalProperties !== true;
}

const EXPECTED = new Map([
  ['string', 'string'],
  ['boolean', 'boolean'],
  ['integer', 'numeric (int or float)'],
  ['number', 'numeric (int or float)'],
  ['object', 'map'],
  ['array', 'list'],
]);

/** A value of another type than its schema's, as Go prints the pair. Null fits everywhere. */
function wrongType(value: unknown, schema: Schema | undefined): string | undefined {
  const type = schema?.type;
  if (value === null || type === undefined || schema?.['x-kubernetes-int-or-string']) return undefined;
  if (schema?.format === 'int-or-string') return undefined;
  const found = Array.isArray(value) ? 'array' : typeof value;
  if (found === type || (found === 'number' && type === 'integer')) return undefined;
  const scalar = `&value.valueUnstructured{Value:${JSON.stringify(value)}}`;
  const printed =
    { object: `&{${String(value)}}`, array: `&{${String(value)}}` }[type] ?? (isNumeric(type) ? goType(value) : scalar);
  return `expected ${EXPECTED.get(type) ?? type}, got ${printed}`;
}

function isNumeric(type: string): boolean {
  return type === 'integer' || type === 'number';
}

/** The type of a decoded JSON value, as Go's `%T` prints it. */
function goType(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'object') return 'map[string]interface {}';
  return typeof value === 'boolean' ? 'bool' : 'string';
}
