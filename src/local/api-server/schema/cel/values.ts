import { isObject, type JsonObject, type Schema } from '../types.ts';
import { fieldSchema } from '../validate.ts';

/** Words that are no field names in CEL: Kubernetes writes `__in__` for a field `in`. */
const KEYWORDS = new Set([
  ...['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import'],
  ...['let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while'],
]);

/**
 * A JSON value as CEL sees it under its schema: integers are int (BigInt), other numbers double, dates timestamps, and
 * declared fields whose names are no CEL identifiers are escaped.
 */
export function toCel(schema: Schema | undefined, value: unknown): unknown {
  if (typeof value === 'number') return schema?.type === 'number' || !Number.isInteger(value) ? value : BigInt(value);
  if (typeof value === 'string') return fromText(schema, value);
  if (Array.isArray(value)) return value.map((item) => toCel(schema?.items, item));
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const [name, item] of Object.entries(value)) {
    const declared = Object.hasOwn(schema?.properties ?? {}, name);
    result[declared ? escapeName(name) : name] = toCel(schema && fieldSchema(schema, name), item);
  }
  return result;
}

function fromText(schema: Schema | undefined, text: string): unknown {
  if (schema?.format === 'date-time' || schema?.format === 'date' || schema?.format === 'datetime') {
    const date = new Date(text);
    return Number.isNaN(date.getTime()) ? text : date;
  }
  return schema?.format === 'byte' ? new Uint8Array(Buffer.from(text, 'base64')) : text;
}

/** The CEL identifier of a field (`a-b` is `a__dash__b`). */
function escapeName(name: string): string {
  if (KEYWORDS.has(name)) return `__${name}__`;
  const parts: Record<string, string> = { __: '__underscores__', '.': '__dot__', '-': '__dash__', '/': '__slash__' };
  return name.replace(/__|[.\-/]/g, (match) => parts[match] ?? match);
}
