import { loadCatalog } from './catalog.ts';
import { isObject, type Schema } from './types.ts';

type Properties = Record<string, Schema>;

/**
 * The schema of a custom resource's objects: what the CRD says, with apiVersion, kind and the whole ObjectMeta, as the
 * real server completes it. The CRD's own restrictions of metadata (name pattern) stay.
 */
export function objectSchema(openAPIV3Schema: unknown): Schema {
  const own: Schema = isObject(openAPIV3Schema) ? (openAPIV3Schema as Schema) : {};
  return complete(embed(own));
}

/** A schema with apiVersion, kind and metadata of a resource. */
function complete(schema: Schema): Schema {
  const base = loadCatalog().schema({ group: '', version: 'v1', kind: 'ConfigMap' })?.properties ?? {};
  const { metadata: mine, ...properties } = schema.properties ?? {};
  const { default: _struct, ...metadata } = base['metadata'] ?? {};
  const merged = { ...metadata.properties, ...restricted(mine, metadata) };
  return {
    ...schema,
    properties: {
      ...(base['apiVersion'] ? { apiVersion: base['apiVersion'] } : {}),
      ...(base['kind'] ? { kind: base['kind'] } : {}),
      metadata: { ...metadata, properties: merged },
      ...without(properties, ['apiVersion', 'kind']),
    },
  };
}

/** Completes every embedded resource below a schema. */
function embed(schema: Schema): Schema {
  const below = (child: Schema): Schema => {
    const inner = embed(child);
    return inner['x-kubernetes-embedded-resource'] ? complete(inner) : inner;
  };
  const { properties, items, additionalProperties } = schema;
  return {
    ...schema,
    ...(properties ? { properties: mapValues(properties, below) } : {}),
    ...(items ? { items: below(items) } : {}),
    ...(isObject(additionalProperties) ? { additionalProperties: below(additionalProperties as Schema) } : {}),
  };
}

function mapValues(properties: Properties, map: (schema: Schema) => Schema): Properties {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, map(schema)]));
}

function restricted(mine: Schema | undefined, metadata: Schema): Properties {
  const entries = Object.entries(mine?.properties ?? {}).filter(([name]) => name === 'name' || name === 'generateName');
  return Object.fromEntries(entries.map(([name, schema]) => [name, { ...metadata.properties?.[name], ...schema }]));
}

function without(record: Properties, names: readonly string[]): Properties {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}
