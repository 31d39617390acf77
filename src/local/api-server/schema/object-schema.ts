import { loadCatalog } from './catalog.ts';
import { isObject, type Schema } from './types.ts';

/**
 * The schema of a custom resource's objects: what the CRD says, with apiVersion, kind and the whole ObjectMeta, as the
 * real server completes it. The CRD's own restrictions of metadata (name pattern) stay.
 */
export function objectSchema(openAPIV3Schema: unknown): Schema {
  const own: Schema = isObject(openAPIV3Schema) ? (openAPIV3Schema as Schema) : {};
  const base = loadCatalog().schema({ group: '', version: 'v1', kind: 'ConfigMap' })?.properties ?? {};
  const { metadata: mine, ...properties } = own.properties ?? {};
  const { default: _struct, ...metadata } = base['metadata'] ?? {};
  const merged = { ...metadata.properties, ...restricted(mine, metadata) };
  return {
    ...own,
    properties: {
      ...(base['apiVersion'] ? { apiVersion: base['apiVersion'] } : {}),
      ...(base['kind'] ? { kind: base['kind'] } : {}),
      metadata: { ...metadata, properties: merged },
      ...without(properties, ['apiVersion', 'kind']),
    },
  };
}

function restricted(mine: Schema | undefined, metadata: Schema): Record<string, Schema> {
  const entries = Object.entries(mine?.properties ?? {}).filter(([name]) => name === 'name' || name === 'generateName');
  return Object.fromEntries(entries.map(([name, schema]) => [name, { ...metadata.properties?.[name], ...schema }]));
}

function without(record: Record<string, Schema>, names: readonly string[]): Record<string, Schema> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}
