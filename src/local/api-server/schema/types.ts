/** A JSON object as it stands on the wire. */
export type JsonObject = { [field: string]: unknown };

/**
 * A schema node: OpenAPI v3 of the built-in kinds, or the structural schema of a CRD version. `$ref`s are already
 * replaced by their targets, so the graph may be cyclic (JSONSchemaProps holds itself): walk it along a value.
 */
export type Schema = {
  type?: string;
  format?: string;
  title?: string;
  description?: string;
  default?: unknown;
  example?: unknown;
  enum?: unknown[];
  nullable?: boolean;
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  items?: Schema;
  required?: string[];
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  not?: Schema;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: boolean;
  exclusiveMaximum?: boolean;
  multipleOf?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  minProperties?: number;
  maxProperties?: number;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-embedded-resource'?: boolean;
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-map-type'?: 'atomic' | 'granular';
  'x-kubernetes-patch-strategy'?: string;
  'x-kubernetes-patch-merge-key'?: string;
  'x-kubernetes-validations'?: ValidationRule[];
  'x-kubernetes-group-version-kind'?: GroupVersionKind[];
  /** Name of the OpenAPI component of a built-in type, for example `io.k8s.api.apps.v1.DeploymentSpec`. */
  'x-go-type'?: string;
};

/** One CEL rule of a CRD schema (`x-kubernetes-validations`). */
export type ValidationRule = {
  rule: string;
  message?: string;
  messageExpression?: string;
  reason?: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate';
  fieldPath?: string;
  optionalOldSelf?: boolean;
};

export type GroupVersionKind = { group: string; version: string; kind: string };

/** The types of a field error, as metav1.StatusCause.reason carries them. */
export type FieldErrorReason =
  | 'FieldValueInvalid'
  | 'FieldValueRequired'
  | 'FieldValueNotSupported'
  | 'FieldValueDuplicate'
  | 'FieldValueForbidden'
  | 'FieldValueTypeInvalid'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany';

/**
 * One wrong field. `message` is the text without the field, as StatusCause.message has it; `<field>: <message>` is the
 * line that a Status' message joins by ", " in brackets when there is more than one.
 */
export type FieldError = { field: string; reason: FieldErrorReason; message: string };

/** Whether a value is a JSON object (not an array, not null). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
