/** One resource of a group version, as discovery says it. */
export type CatalogResource = {
  group: string;
  version: string;
  kind: string;
  plural: string;
  singular: string;
  shortNames: string[];
  namespaced: boolean;
  categories: string[];
  verbs: string[];
  subresources: CatalogSubresource[];
};

/** A subresource; group and version are there when its kind is of another group version (Scale, Eviction). */
type CatalogSubresource = { name: string; kind: string; group?: string; version?: string; verbs: string[] };

type Kind = { group: string; version: string; kind: string };

/** apidiscovery.k8s.io/v2 APIGroupDiscovery, the fields we read. */
export type Discovery = {
  gitVersion: string;
  groups: { metadata: { name?: string }; versions: { version: string; resources: DiscoveredResource[] }[] }[];
};

type DiscoveredResource = {
  resource: string;
  singularResource: string;
  responseKind?: Kind;
  scope: 'Namespaced' | 'Cluster';
  shortNames?: string[];
  categories?: string[];
  verbs: string[];
  subresources?: { subresource: string; responseKind?: Kind; verbs: string[] }[];
};

/** Resources in the order of discovery. An empty group or version of a kind means "that of the resource". */
export function toResources(discovery: Discovery): CatalogResource[] {
  return discovery.groups.flatMap(({ metadata, versions }) =>
    versions.flatMap(({ version, resources }) =>
      resources.map((resource) => toResource(resource, metadata.name ?? '', version)),
    ),
  );
}

function toResource(from: DiscoveredResource, group: string, version: string): CatalogResource {
  return {
    group,
    version,
    kind: from.responseKind?.kind ?? '',
    plural: from.resource,
    singular: from.singularResource,
    shortNames: from.shortNames ?? [],
    namespaced: from.scope === 'Namespaced',
    categories: from.categories ?? [],
    verbs: from.verbs,
    subresources: (from.subresources ?? []).map(({ subresource, responseKind, verbs }) => {
      const foreign = responseKind?.version !== undefined && responseKind.version !== '';
      return {
        name: subresource,
        kind: responseKind?.kind ?? '',
        ...(foreign ? { group: responseKind.group, version: responseKind.version } : {}),
        verbs,
      };
    }),
  };
}
