import { equal } from './equal.ts';
import { invalid, tooLong, tooMany } from './field-error.ts';
import type { FieldError, JsonObject, Schema } from './types.ts';

const patterns = new Map<string, RegExp | undefined>();

/** Lengths count characters, as Go counts runes. */
export function checkString(schema: Schema, text: string, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const length = [...text].length;
  if (schema.maxLength !== undefined && length > schema.maxLength) return [tooLong(path, schema.maxLength)];
  if (schema.minLength !== undefined && length < schema.minLength) {
    return [invalid(path, text, `${path} in body should be at least ${schema.minLength} chars long`)];
  }
  if (schema.pattern !== undefined && regexp(schema.pattern)?.test(text) === false) {
    errors.push(invalid(path, text, `${path} in body should match '${schema.pattern}'`));
  }
  return errors;
}

/** A pattern as a regular expression; undefined when JavaScript cannot read Go's (RE2) syntax: then nothing is checked. */
function regexp(pattern: string): RegExp | undefined {
  if (!patterns.has(pattern)) {
    const inline = /^\(\?([ims]+)\)/.exec(pattern);
    const source = inline ? pattern.slice(inline[0].length) : pattern;
    try {
      const text = source.replaceAll('(?P<', '(?<').replaceAll('\\A', '^').replaceAll('\\z', '$');
      patterns.set(pattern, new RegExp(text, `u${inline?.[1] ?? ''}`));
    } catch {
      patterns.set(pattern, lenient(source, inline?.[1] ?? ''));
    }
  }
  return patterns.get(pattern);
}

function lenient(source: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(source, flags);
  } catch {
    return undefined;
  }
}

export function checkNumber(schema: Schema, value: number, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const problem = (text: string) => errors.push(invalid(path, value, `${path} in body should be ${text}`));
  const { minimum, maximum, multipleOf } = schema;
  if (multipleOf !== undefined && !isMultiple(value, multipleOf)) problem(`a multiple of ${multipleOf}`);
  if (maximum !== undefined) {
    if (schema.exclusiveMaximum && value >= maximum) problem(`less than ${maximum}`);
    else if (value > maximum) problem(`less than or equal to ${maximum}`);
  }
  if (minimum !== undefined) {
    if (schema.exclusiveMinimum && value <= minimum) problem(`greater than ${minimum}`);
    else if (value < minimum) problem(`greater than or equal to ${minimum}`);
  }
  return errors;
}

function isMultiple(value: number, factor: number): boolean {
  const times = value / factor;
  return Math.abs(times - Math.round(times)) < 1e-9;
}

export function checkList(schema: Schema, list: readonly unknown[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  const { minItems, maxItems } = schema;
  if (minItems !== undefined && list.length < minItems) {
    errors.push(invalid(path, list.length, `${path} in body should have at least ${minItems} items`));
  }
  if (maxItems !== undefined && list.length > maxItems) errors.push(tooMany(path, list.length, maxItems));
  if (schema.uniqueItems && list.some((item, i) => list.slice(0, i).some((other) => equal(item, other)))) {
    errors.push(invalid(path, '', `${path} in body shouldn't contain duplicates`));
  }
  return errors;
}

export function checkProperties(schema: Schema, map: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const count = Object.keys(map).length;
  const { minProperties, maxProperties } = schema;
  if (minProperties !== undefined && count < minProperties) {
    errors.push(invalid(path, count, `${path} in body should have at least ${minProperties} properties`));
  }
  if (maxProperties !== undefined && count > maxProperties) errors.push(tooMany(path, count, maxProperties));
  return errors;
}
