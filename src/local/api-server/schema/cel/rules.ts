import { equal } from '../equal.ts';
import { duplicate, forbidden, invalid, required } from '../field-error.ts';
import { type FieldError, isObject, type Schema, type ValidationRule } from '../types.ts';
import { child, correlate, fieldSchema } from '../validate.ts';
import { compile, summary } from './program.ts';
import { toCel } from './values.ts';

/**
 * Evaluates the `x-kubernetes-validations` of a schema over a value and all that lies in it. Rules that name `oldSelf`
 * run only where there is an old value to compare with (`optionalOldSelf` ones always); what did not change is not
 * refused again by rules without `oldSelf` (ratcheting).
 */
export function checkRules(schema: Schema, value: unknown, path: string, old: unknown): FieldError[] {
  if (value === null || value === undefined) return [];
  const own = (schema['x-kubernetes-validations'] ?? []).flatMap((rule) => checkRule(rule, schema, value, path, old));
  return [...own, ...checkChildren(schema, value, path, old)];
}

function checkChildren(schema: Schema, value: unknown, path: string, old: unknown): FieldError[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (!items || !hasRules(items)) return [];
    const before = correlate(schema, old);
    return value.flatMap((item, i) => checkRules(items, item, `${path}[${i}]`, before(item)));
  }
  if (!isObject(value)) return [];
  const before = isObject(old) ? old : {};
  return Object.entries(value).flatMap(([name, item]) => {
    const field = fieldSchema(schema, name);
    return field && hasRules(field) ? checkRules(field, item, child(path, name), before[name]) : [];
  });
}

const withRules = new WeakMap<Schema, boolean>();

/** Whether a schema or anything in it has rules. */
export function hasRules(schema: Schema): boolean {
  const known = withRules.get(schema);
  if (known !== undefined) return known;
  withRules.set(schema, false);
  const more = isObject(schema.additionalProperties) ? [schema.additionalProperties as Schema] : [];
  const children = [...Object.values(schema.properties ?? {}), ...(schema.items ? [schema.items] : []), ...more];
  const found = (schema['x-kubernetes-validations']?.length ?? 0) > 0 || children.some(hasRules);
  withRules.set(schema, found);
  return found;
}

function checkRule(rule: ValidationRule, schema: Schema, value: unknown, path: string, old: unknown): FieldError[] {
  const where = path === '' ? '<nil>' : path;
  const compiled = compile(rule.rule);
  if (!compiled.ok) return [invalid(where, schema.type, `rule compile error: ${compiled.message}`)];
  const { usesOldSelf, run } = compiled.program;
  const optional = rule.optionalOldSelf === true;
  if (usesOldSelf && !optional && (old === undefined || old === null)) return [];
  if (!usesOldSelf && old !== undefined && equal(value, old)) return [];
  const [self, oldSelf] = [toCel(schema, value), old === undefined ? undefined : toCel(schema, old)];
  try {
    if (run(self, oldSelf, optional) === true) return [];
  } catch (error) {
    return [invalid(where, schema.type, `${decapitalise(summary(error))} evaluating rule: ${ruleName(rule)}`)];
  }
  const message = ownMessage(rule, self, oldSelf) ?? rule.message?.trim() ?? `failed rule: ${rule.rule.trim()}`;
  return [failure(rule, schema, path + (rule.fieldPath ?? ''), message)];
}

function failure(rule: ValidationRule, schema: Schema, path: string, message: string): FieldError {
  const field = path === '' ? '<nil>' : path.replace(/^\./, '');
  if (rule.reason === 'FieldValueForbidden') return forbidden(field, message);
  if (rule.reason === 'FieldValueRequired') return required(field, message);
  if (rule.reason === 'FieldValueDuplicate') return duplicate(field, schema.type);
  return invalid(field, schema.type, message);
}

/** A messageExpression that fails, or gives no one-line text, does not count: the fixed message does. */
function ownMessage(rule: ValidationRule, self: unknown, oldSelf: unknown): string | undefined {
  if (!rule.messageExpression) return undefined;
  const compiled = compile(rule.messageExpression);
  if (!compiled.ok) return undefined;
  try {
    const text = compiled.program.run(self, oldSelf, rule.optionalOldSelf === true);
    return typeof text === 'string' && text.trim() !== '' && !text.includes('\n') ? text : undefined;
  } catch {
    return undefined;
  }
}

function ruleName(rule: ValidationRule): string {
  return rule.message?.trim() || rule.rule.trim();
}

/** Go's CEL says "no such key: x" where this package says "No such key: x". */
function decapitalise(text: string): string {
  return text.replace(/^No such key/, 'no such key');
}
