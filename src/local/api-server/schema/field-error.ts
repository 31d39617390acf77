import type { FieldError, FieldErrorReason } from './types.ts';

/** A field error in the words of k8s.io/apimachinery's field package; `value` is printed as Go prints it. */
export function fieldError(field: string, reason: FieldErrorReason, message: string): FieldError {
  return { field, reason, message };
}

export function required(field: string, detail = ''): FieldError {
  return fieldError(field, 'FieldValueRequired', detail === '' ? 'Required value' : `Required value: ${detail}`);
}

export function invalid(field: string, value: unknown, detail: string): FieldError {
  return fieldError(field, 'FieldValueInvalid', `Invalid value: ${print(value)}: ${detail}`);
}

export function typeInvalid(field: string, value: unknown, detail: string): FieldError {
  return fieldError(field, 'FieldValueTypeInvalid', `Invalid value: ${print(value)}: ${detail}`);
}

export function duplicate(field: string, value: unknown): FieldError {
  return fieldError(field, 'FieldValueDuplicate', `Duplicate value: ${print(value)}`);
}

export function notSupported(field: string, value: unknown, supported: readonly unknown[]): FieldError {
  const values = supported.map((item) => JSON.stringify(typeof item === 'string' ? item : print(item)));
  const detail = values.length > 0 ? `: supported values: ${values.join(', ')}` : '';
  return fieldError(field, 'FieldValueNotSupported', `Unsupported value: ${print(value)}${detail}`);
}

export function tooLong(field: string, max: number): FieldError {
  return fieldError(field, 'FieldValueTooLong', `Too long: may not be more than ${max} bytes`);
}

export function tooMany(field: string, actual: number, max: number): FieldError {
  return fieldError(field, 'FieldValueTooMany', `Too many: ${actual}: must have at most ${max} items`);
}

export function forbidden(field: string, detail: string): FieldError {
  return fieldError(field, 'FieldValueForbidden', `Forbidden: ${detail}`);
}

function print(value: unknown): string {
  return value === undefined ? 'null' : JSON.stringify(value);
}
