import { apiVersionOf, type Json } from '../object.ts';
import type { ResourceInfo } from '../resources/resource-type.ts';

/** Versions of a group in order of preference: v2 before v1 before v1beta1 (Kubernetes' order of versions). */
export function versionsOf(types: readonly ResourceInfo[], group: string): string[] {
  const versions = new Set(types.filter((type) => type.group === group).map((type) => type.version));
  return [...versions].sort(compareVersions);
}

const versionShape = /^v(\d+)(?:(alpha|beta)(\d+))?$/;

/** Stable before beta before alpha, then the higher number first; other names last, by alphabet. */
function compareVersions(a: string, b: string): number {
  const [x, y] = [versionShape.exec(a), versionShape.exec(b)];
  if (x === null || y === null) return x === y ? a.localeCompare(b) : x === null ? 1 : -1;
  const rank = (match: RegExpExecArray) => ({ alpha: 0, beta: 1 })[match[2] ?? ''] ?? 2;
  return rank(y) - rank(x) || Number(y[1]) - Number(x[1]) || Number(y[3] ?? 0) - Number(x[3] ?? 0);
}

/** Named groups in the order of their first resource. */
export function groupsOf(types: readonly ResourceInfo[]): string[] {
  return [...new Set(types.map((type) => type.group))].filter((group) => group !== '');
}

/** /api/v1, /apis/apps/v1: an APIResourceList. */
export function resourceList(types: readonly ResourceInfo[], group: string, version: string): Json {
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf(group, version),
    resources: types.filter((type) => type.group === group && type.version === version).flatMap(resourceLines),
  };
}

function resourceLines(type: ResourceInfo): Json[] {
  const main: Json = {
    name: type.plural,
    singularName: type.singular,
    namespaced: type.namespaced,
    kind: type.kind,
    verbs: type.verbs,
    ...(type.shortNames.length > 0 ? { shortNames: type.shortNames } : {}),
    ...(type.categories.length > 0 ? { categories: type.categories } : {}),
  };
  const subs = type.subresources.map((sub) => ({
    name: `${type.plural}/${sub.name}`,
    singularName: '',
    namespaced: type.namespaced,
    ...(sub.group === type.group && sub.version === type.version ? {} : { group: sub.group, version: sub.version }),
    kind: sub.kind,
    verbs: sub.verbs,
  }));
  return [main, ...subs];
}

/** An APIGroup: its versions and the one preferred. */
export function apiGroup(types: readonly ResourceInfo[], group: string): Json {
  const versions = versionsOf(types, group).map((version) => ({ groupVersion: apiVersionOf(group, version), version }));
  return { name: group, versions, preferredVersion: versions[0] };
}

/** Aggregated discovery v2: every group in one document. `core` chooses between /api and /apis. */
export function aggregated(types: readonly ResourceInfo[], core: boolean): Json {
  const groups = core ? [''] : groupsOf(types);
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map((group) => ({
      metadata: group === '' ? { creationTimestamp: null } : { name: group, creationTimestamp: null },
      versions: versionsOf(types, group).map((version) => ({
        version,
        resources: types.filter((type) => type.group === group && type.version === version).map(discovered),
        freshness: 'Current',
      })),
    })),
  };
}

function discovered(type: ResourceInfo): Json {
  return {
    resource: type.plural,
    responseKind: { group: type.group, version: type.version, kind: type.kind },
    scope: type.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: type.singular,
    verbs: type.verbs,
    ...(type.shortNames.length > 0 ? { shortNames: type.shortNames } : {}),
    ...(type.categories.length > 0 ? { categories: type.categories } : {}),
    ...(type.subresources.length > 0 ? { subresources: type.subresources.map(discoveredSub) } : {}),
  };
}

function discoveredSub(sub: ResourceInfo['subresources'][number]): Json {
  return {
    subresource: sub.name,
    responseKind: { group: sub.group, version: sub.version, kind: sub.kind },
    verbs: sub.verbs,
  };
}
