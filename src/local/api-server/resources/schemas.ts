import { loadCatalog, type Schema } from '../schema/index.ts';
import type { ResourceType } from './resource-type.ts';

/** The schema of a resource's kind: of the catalog, or of its CRD. */
export function schemaOf(type: ResourceType): Schema | undefined {
  return type.custom?.schema ?? loadCatalog().schema({ group: type.group, version: type.version, kind: type.kind });
}
