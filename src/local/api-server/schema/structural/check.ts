import { fieldError, forbidden, invalid, notSupported, required } from '../field-error.ts';
import { type FieldError, isObject, type JsonObject, type Schema } from '../types.ts';
import { unknownFields } from '../unknown-fields.ts';
import { validateValue } from '../validate.ts';
import { checkLists } from './lists.ts';
import { checkLogic, UNSUPPORTED } from './logic.ts';
import { checkRuleTexts } from './rules.ts';

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
type Place = 'object fields' | 'array items';

/**
 * What a real kube-apiserver refuses in the schema of a CRD version: one that is not structural, or contradicts itself.
 * @param path of the schema in the CRD, as errors name it.
 */
export function checkStructural(schema: unknown, path = 'spec.validation.openAPIV3Schema'): FieldError[] {
  if (!isObject(schema)) return [required(path, 'schemas are required')];
  const root = schema as Schema;
  const errors: FieldError[] = [];
  if (root.type === undefined) errors.push(required(`${path}.type`, 'must not be empty at the root'));
  else if (root.type !== 'object') errors.push(invalid(`${path}.type`, root.type, 'must be object at the root'));
  if (root.nullable) errors.push(forbidden(`${path}.nullable`, 'nullable cannot be true at the root'));
  const allowed = new Set(['name', 'generateName']);
  const metadata = root.properties?.['metadata'];
  if (metadata && Object.keys(metadata.properties ?? {}).some((name) => !allowed.has(name))) {
    errors.push(
      forbidden(
        `${path}.properties[metadata]`,
        'must not specify anything other than name and generateName, but metadata is implicitly specified',
      ),
    );
  }
  return [...errors, ...checkNode(root, path, undefined)];
}

/** `list`: the list without identity that the node lies in; its items cannot be told apart from one write to the next. */
function checkNode(schema: Schema, path: string, list: string | undefined): FieldError[] {
  const errors = [
    ...checkUnsupported(schema as JsonObject, path),
    ...checkKind(schema, path),
    ...checkLists(schema, path),
    ...checkDefault(schema, path),
    ...checkRuleTexts(schema, path, list),
    ...checkLogic(schema, path),
  ];
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    errors.push(...checkChild(child, `${path}.properties[${name}]`, list, 'object fields'));
  }
  if (isObject(schema.additionalProperties)) {
    const child = schema.additionalProperties as Schema;
    errors.push(...checkChild(child, `${path}.additionalProperties`, list, 'object fields'));
  }
  if (schema.items) {
    const correlatable = schema['x-kubernetes-list-type'] === 'map';
    errors.push(...checkChild(schema.items, `${path}.items`, correlatable ? list : (list ?? path), 'array items'));
  }
  return errors;
}

function checkChild(schema: Schema, path: string, list: string | undefined, place: Place): FieldError[] {
  const untyped = schema['x-kubernetes-int-or-string'] || schema['x-kubernetes-preserve-unknown-fields'];
  const missing = schema.type === undefined && !untyped;
  const errors = missing ? [required(`${path}.type`, `must not be empty for specified ${place}`)] : [];
  return [...errors, ...checkNode(schema, path, list)];
}

function checkUnsupported(schema: JsonObject, path: string): FieldError[] {
  const found = UNSUPPORTED.filter((keyword) => schema[keyword] !== undefined);
  const errors = found.map((keyword) => forbidden(`${path}.${keyword}`, `${keyword} is not supported`));
  if (schema['uniqueItems'] === true) {
    const why = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    errors.push(forbidden(`${path}.uniqueItems`, why));
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    errors.push(invalid(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'));
  }
  return errors;
}

function checkKind(schema: Schema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const { type, properties, additionalProperties } = schema;
  if (type !== undefined && !TYPES.includes(type)) errors.push(notSupported(`${path}.type`, type, TYPES));
  if (type === 'array' && !schema.items) errors.push(required(`${path}.items`, 'must be specified'));
  if (properties && Object.keys(properties).length > 0 && additionalProperties !== undefined) {
    const why = 'additionalProperties and properties are mutual exclusive';
    errors.push(forbidden(`${path}.additionalProperties`, why));
  }
  if (schema['x-kubernetes-embedded-resource'] && !schema['x-kubernetes-preserve-unknown-fields'] && !properties) {
    const why =
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields';
    errors.push(required(`${path}.properties`, why));
  }
  return [...errors, ...checkPattern(schema, path)];
}

function checkPattern({ pattern }: Schema, path: string): FieldError[] {
  if (pattern === undefined) return [];
  try {
    new RegExp(pattern.replace(/^\(\?[ims]+\)/, '').replaceAll('(?P<', '(?<'));
    return [];
  } catch (error) {
    const why = `must be a valid regular expression, but isn't: error parsing regexp: ${(error as Error).message}`;
    return [invalid(`${path}.pattern`, pattern, why)];
  }
}

function checkDefault(schema: Schema, path: string): FieldError[] {
  const value = schema.default;
  if (value === undefined) return [];
  const at = `${path}.default`;
  if (isObject(value) && unknownFields(schema, value).length > 0) {
    return [invalid(at, value, 'must not have unknown fields')];
  }
  return validateValue(schema, value, '').map(({ field, reason, message }) =>
    fieldError(field === '' || field === '<nil>' ? at : `${at}.${field}`, reason, message),
  );
}
