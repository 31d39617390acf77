import type { Schema } from '../schema/index.ts';

export type Subresource = Readonly<{
  /** `status`, `scale`, `log` … */
  name: string;
  kind: string;
  group: string;
  version: string;
  verbs: readonly string[];
}>;

/** One resource in one version, as discovery tells of it. */
export type ResourceInfo = Readonly<{
  group: string;
  version: string;
  kind: string;
  plural: string;
  singular: string;
  shortNames: readonly string[];
  categories: readonly string[];
  namespaced: boolean;
  verbs: readonly string[];
  subresources: readonly Subresource[];
}>;

/** A column of `kubectl get`, as a CRD declares it. */
export type PrinterColumn = Readonly<{
  name: string;
  type: string;
  jsonPath: string;
  description?: string;
  format?: string;
  priority?: number;
}>;

/** What sets a custom resource apart from a built-in one. */
type CustomType = Readonly<{
  /** The CRD's name. */
  crd: string;
  schema: Schema;
  columns: readonly PrinterColumn[];
  scale?: Readonly<{ specReplicasPath: string; statusReplicasPath: string; labelSelectorPath?: string }>;
  selectableFields: readonly string[];
  /** A warning for each request, when the version is deprecated. */
  deprecation?: string;
}>;

/** A resource that is served: where its objects lie, and in which version they are stored. */
export type ResourceType = ResourceInfo &
  Readonly<{
    /** Ends in `/`. Versions of one resource share it. */
    storagePrefix: string;
    storageApiVersion: string;
    custom?: CustomType;
  }>;

/** Every verb of a resource that is stored. */
export const storedVerbs: readonly string[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];

export function subresourceOf(type: ResourceInfo, name: string): Subresource | undefined {
  return type.subresources.find((one) => one.name === name);
}

/** The key of an object; cluster-scoped objects have no namespace in theirs. */
export function keyOf(type: ResourceType, namespace: string, name: string): string {
  return type.namespaced ? `${type.storagePrefix}${namespace}/${name}` : `${type.storagePrefix}${name}`;
}

/** The prefix of a list: all namespaces when `namespace` is empty. */
export function listPrefix(type: ResourceType, namespace: string): string {
  return type.namespaced && namespace !== '' ? `${type.storagePrefix}${namespace}/` : type.storagePrefix;
}
