import type { WriteCall } from '../api.ts';
import { badRequest, type Cause, invalid, invalidValue } from '../errors.ts';
import { goText } from '../go-text.ts';
import { type ApiObject, isMap, type Json } from '../object.ts';
import { asGoWrites } from '../resources/quantities.ts';
import { schemaOf } from '../resources/schemas.ts';
import { applyDefaults, decodeError, prune, type Schema, unknownFields, validate } from '../schema/index.ts';
import type { Patch, WriteOptions } from './options.ts';

/**
 * What a client sent, as its kind can hold it: unknown fields are told of and dropped, nulls too, and the defaults of
 * a CRD's schema are filled in. `patch` is the patch that it came from, if it did. @throws 400, 422 when `Strict`
 */
export function conform(call: WriteCall, object: ApiObject, options: WriteOptions, patch?: Patch): ApiObject {
  const schema = schemaOf(call.type);
  if (schema === undefined) return object;
  if (call.type.custom === undefined) refuseWrongTypes(call, schema, object, patch);
  report(call, schema, object, options, patch);
  const pruned = withoutEmptyMetadata(prune(schema, object));
  if (call.type.custom !== undefined) return applyDefaults(schema, pruned);
  return holdsFreeForm.has(call.type.plural) ? pruned : (asGoWrites(schema, withoutNulls(pruned)) as ApiObject);
}

/** Go leaves empty maps and lists of the metadata out. */
function withoutEmptyMetadata(object: ApiObject): ApiObject {
  const entries = Object.entries(object.metadata).filter(([, value]) => {
    const size = Array.isArray(value) ? value.length : isMap(value) ? Object.keys(value).length : 1;
    return size > 0;
  });
  return { ...object, metadata: Object.fromEntries(entries) as ApiObject['metadata'] };
}

/** Built-in kinds in which a null may be meant: a template's patch. */
const holdsFreeForm = new Set(['controllerrevisions']);

function report(
  call: WriteCall,
  schema: Schema,
  object: ApiObject,
  options: WriteOptions,
  patch: Patch | undefined,
): void {
  if (options.fieldValidation === 'Ignore') return;
  const duplicates = (options.duplicates ?? []).map((field) => `duplicate field "${field}"`);
  const found = [...duplicates, ...unknownFields(schema, object).map((field) => `unknown field "${field}"`)];
  if (found.length === 0) return;
  if (options.fieldValidation === 'Warn') {
    call.request.warnings.push(...found);
    return;
  }
  const words = `strict decoding error: ${found.join(', ')}`;
  if (patch === undefined) throw badRequest(`${handled(call)}: ${words}`);
  throw invalid({ group: '', name: '' }, '', [invalidValue('patch', shown(patch, object), words)]);
}

/** A strategic merge is shown as Go prints it, other patches by what they came to. */
function shown(patch: Patch, object: ApiObject): string {
  return patch.kind === 'strategic' ? goText(patch.body) : JSON.stringify(object);
}

function handled({ type }: WriteCall): string {
  return `${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}`;
}

/** Go has no null in maps and lists of values: it reads as "not there". */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isMap(value)) return value;
  const kept: Json = {};
  for (const [key, inner] of Object.entries(value)) if (inner !== null) kept[key] = withoutNulls(inner);
  return kept;
}

/** A value of the wrong type in a built-in kind, in the words of Go's decoder. @throws 400, or 422 for a patch */
function refuseWrongTypes(call: WriteCall, schema: Schema, object: ApiObject, patch: Patch | undefined): void {
  const words = decodeError(schema, object);
  if (words === undefined) return;
  if (patch === undefined) throw badRequest(`${handled(call)}: ${words}`);
  throw invalid({ group: '', name: '' }, '', [invalidValue('patch', shown(patch, object), words)]);
}

/** Field errors by the kind's schema. */
export function schemaCauses(call: WriteCall, object: ApiObject, old?: ApiObject): Cause[] {
  const schema = schemaOf(call.type);
  if (schema === undefined) return [];
  if (call.type.custom !== undefined) return validate(schema, object, old);
  // Go writes null for some empty lists of its own. What built-in kinds require is not what their OpenAPI says: their
  // strategies know better.
  const errors = validate(schema, withoutNulls(object) as ApiObject, old);
  return errors.filter((error) => error.reason === 'FieldValueNotSupported');
}
