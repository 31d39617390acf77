import { existsSync, readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { linkComponents } from './link.ts';
import { type CatalogResource, type Discovery, toResources } from './resources.ts';
import type { GroupVersionKind, Schema } from './types.ts';

const DATA = new URL('./data/', import.meta.url);

/** What a real kube-apiserver says of its built-in kinds (scripts/dump-kubernetes-schemas.ts). Read when asked for. */
export type Catalog = {
  /** The Kubernetes version that the data come from, for example `v1.34.4`. */
  readonly gitVersion: string;
  resources(): readonly CatalogResource[];
  /** The schema of a built-in kind with its `$ref`s resolved, or undefined. Shared: never change it. */
  schema(kind: GroupVersionKind): Schema | undefined;
  /** The OpenAPI v3 document (JSON) of `api/v1` or `apis/<group>/<version>`, or undefined. */
  openapi(groupVersion: string): string | undefined;
  /** The group versions that `openapi` knows, in the order of discovery. */
  groupVersions(): readonly string[];
};

let loaded: Catalog | undefined;

/** The catalog of this process: every part is unpacked once, on first use. */
export function loadCatalog(): Catalog {
  loaded ??= createCatalog();
  return loaded;
}

function createCatalog(): Catalog {
  const discovery = once(() => JSON.parse(unpack('discovery') ?? '') as Discovery);
  const resources = once(() => toResources(discovery()));
  const components = memo((target: string) => kindsOf(unpack(fileOf(target))));
  return {
    get gitVersion() {
      return discovery().gitVersion;
    },
    resources,
    schema: ({ group, version, kind }) => components(path(group, version)).get(`${group}/${version}/${kind}`),
    openapi: (groupVersion) => unpack(fileOf(groupVersion)),
    groupVersions: () => [...new Set(resources().map(({ group, version }) => path(group, version)))],
  };
}

/** Schemas of a document by `group/version/kind`. */
function kindsOf(document: string | undefined): Map<string, Schema> {
  const kinds = new Map<string, Schema>();
  if (document === undefined) return kinds;
  for (const schema of Object.values(linkComponents(JSON.parse(document)))) {
    for (const { group, version, kind } of schema['x-kubernetes-group-version-kind'] ?? []) {
      kinds.set(`${group}/${version}/${kind}`, schema);
    }
  }
  return kinds;
}

function path(group: string, version: string): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`;
}

function fileOf(groupVersion: string): string {
  return groupVersion.replaceAll('/', '__');
}

function unpack(name: string): string | undefined {
  const file = new URL(`${name}.json.br`, DATA);
  if (!/^[\w.-]+$/.test(name) || !existsSync(file)) return undefined;
  return brotliDecompressSync(readFileSync(file)).toString();
}

function once<T>(make: () => T): () => T {
  let value: { made: T } | undefined;
  return () => {
    value ??= { made: make() };
    return value.made;
  };
}

function memo<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    made.set(key, value);
    return value;
  };
}
