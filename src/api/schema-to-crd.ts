import { z } from 'zod';

/** JSON Schema as zod writes it and as a CRD holds it. */
export type JsonSchema = { [keyword: string]: unknown } & {
  type?: string;
  description?: string;
  default?: unknown;
  example?: unknown;
  /** The type as the reference page tells it, where the JSON type says too little. */
  reads?: string;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  required?: string[];
};

/** The schema of what a user may write; our own keywords (`rules`, `listMapKeys`, `example`, `reads`) are in it. */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' }) as JsonSchema;
}

/**
 * A structural schema as Kubernetes demands: a type at every node, no alternatives except int-or-string, nothing
 * pruned where anything is allowed. What gets lost (the alternatives of a union) is checked by the controller.
 */
export function toStructural(schema: JsonSchema): JsonSchema {
  if (schema.anyOf !== undefined) return union(schema, schema.anyOf);
  const {
    properties,
    items,
    additionalProperties,
    rules,
    listMapKeys,
    example: _example,
    reads: _reads,
    ...rest
  } = schema;
  const node: JsonSchema = withoutIdleBounds(rest);
  if (properties !== undefined) {
    const entries = Object.entries(properties);
    node.properties = Object.fromEntries(entries.map(([name, property]) => [name, toStructural(property)]));
  }
  if (items !== undefined) node.items = toStructural(items);
  if (isOpen(additionalProperties)) node['x-kubernetes-preserve-unknown-fields'] = true;
  else if (additionalProperties) node['additionalProperties'] = toStructural(additionalProperties as JsonSchema);
  if (rules !== undefined) node['x-kubernetes-validations'] = rules;
  if (listMapKeys !== undefined) {
    node['x-kubernetes-list-type'] = 'map';
    node['x-kubernetes-list-map-keys'] = listMapKeys;
  }
  if (node.type === undefined) node['x-kubernetes-preserve-unknown-fields'] = true;
  return node;
}

/** `true` or `{}`: anything goes. */
function isOpen(additional: unknown): boolean {
  if (additional === true) return true;
  return additional !== null && typeof additional === 'object' && Object.keys(additional).length === 0;
}

function union({ description, default: standard }: JsonSchema, branches: readonly JsonSchema[]): JsonSchema {
  const types = branches.map((branch) => branch.type);
  const node: JsonSchema = { ...(description === undefined ? {} : { description }) };
  if (standard !== undefined) node.default = standard;
  const isIntOrString = types.length === 2 && types.includes('integer') && types.includes('string');
  return { ...node, [isIntOrString ? 'x-kubernetes-int-or-string' : 'x-kubernetes-preserve-unknown-fields']: true };
}

/** zod writes the bounds of JavaScript's integers; they say nothing to a user. */
function withoutIdleBounds(schema: JsonSchema): JsonSchema {
  const { minimum, maximum, ...rest } = schema;
  const node: JsonSchema = rest;
  if (minimum !== undefined && minimum !== Number.MIN_SAFE_INTEGER) node['minimum'] = minimum;
  if (maximum !== undefined && maximum !== Number.MAX_SAFE_INTEGER) node['maximum'] = maximum;
  if (node.type === 'integer') node['format'] = 'int64';
  return node;
}
