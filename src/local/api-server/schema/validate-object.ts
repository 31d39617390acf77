import { checkRules, hasRules } from './cel/rules.ts';
import { fieldError } from './field-error.ts';
import { checkListTypes } from './list-types.ts';
import type { FieldError, FieldErrorReason, JsonObject, Schema } from './types.ts';
import { validateValue } from './validate.ts';

/** Errors after which the real server does not run the CEL rules. */
const BLOCKING: ReadonlySet<FieldErrorReason> = new Set([
  'FieldValueRequired',
  'FieldValueNotSupported',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

/**
 * Checks a whole object (pruned and defaulted before): its schema, its sets and maps, its CEL rules; in the words and
 * order of a real kube-apiserver.
 * @param old the stored object of an update. Without it transition rules (`oldSelf`) do not run.
 */
export function validate(schema: Schema, object: JsonObject, old?: JsonObject): FieldError[] {
  const errors = validateValue(schema, object, '', old);
  if (old === undefined || checkListTypes(schema, old, '').length === 0) {
    errors.push(...checkListTypes(schema, object, ''));
  }
  if (!hasRules(schema)) return errors;
  if (errors.some(({ reason }) => BLOCKING.has(reason))) {
    return [
      ...errors,
      fieldError(
        '<nil>',
        'FieldValueInvalid',
        'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
      ),
    ];
  }
  return [...errors, ...checkRules(schema, object, '', old)];
}
