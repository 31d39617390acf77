import { forbidden } from '../field-error.ts';
import { type FieldError, isObject, type JsonObject, type Schema } from '../types.ts';

/** Keywords of JSON Schema that CRDs may not use. */
export const UNSUPPORTED = ['$ref', 'definitions', 'dependencies', 'id', 'patternProperties', 'additionalItems'];

/** Keywords that describe the value, so they must stand outside of allOf, anyOf, oneOf and not. */
const EMPTY = ['type', 'title', 'description'];
const UNDEFINED = ['default', 'nullable', 'additionalProperties'];
const EXTENSIONS = [
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
  'x-kubernetes-validations',
];

/** Checks the schemas under allOf, anyOf, oneOf and not: they may restrict values, not describe them. */
export function checkLogic(schema: Schema, path: string): FieldError[] {
  const intOrString = schema['x-kubernetes-int-or-string'] === true;
  const lists = (['allOf', 'anyOf', 'oneOf'] as const).flatMap((keyword) =>
    (schema[keyword] ?? []).flatMap((option, i) => restricts(option, `${path}.${keyword}[${i}]`, intOrString)),
  );
  return [...lists, ...(schema.not ? restricts(schema.not, `${path}.not`, false) : [])];
}

/** `typed`: int-or-string fields may say `anyOf: [{type: integer}, {type: string}]`. */
function restricts(schema: Schema, path: string, typed: boolean): FieldError[] {
  const json = schema as JsonObject;
  const own = (keyword: string) => json[keyword] !== undefined && json[keyword] !== false && json[keyword] !== '';
  const errors = [
    ...EMPTY.filter((keyword) => own(keyword) && !(typed && keyword === 'type')).map((keyword) =>
      forbidden(`${path}.${keyword}`, 'must be empty to be structural'),
    ),
    ...[...UNDEFINED, ...EXTENSIONS]
      .filter(own)
      .map((keyword) => forbidden(`${path}.${keyword}`, 'must be undefined to be structural')),
  ];
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    errors.push(...restricts(child, `${path}.properties[${name}]`, false));
  }
  if (isObject(schema.items)) errors.push(...restricts(schema.items as Schema, `${path}.items`, false));
  return [...errors, ...checkLogic(schema, path)];
}
