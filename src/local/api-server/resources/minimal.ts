import { type ResourceInfo, storedVerbs } from './resource-type.ts';

function one(
  group: string,
  version: string,
  kind: string,
  plural: string,
  shortNames: string[],
  namespaced = true,
  status = true,
): ResourceInfo {
  return {
    group,
    version,
    kind,
    plural,
    singular: kind.toLowerCase(),
    shortNames,
    categories: [],
    namespaced,
    verbs: storedVerbs,
    subresources: status ? [{ name: 'status', kind, group, version, verbs: ['get', 'patch', 'update'] }] : [],
  };
}

export const minimal: ResourceInfo[] = [
  one('', 'v1', 'Namespace', 'namespaces', ['ns'], false),
  one('', 'v1', 'Pod', 'pods', ['po']),
  one('', 'v1', 'Secret', 'secrets', [], true, false),
  one('', 'v1', 'ConfigMap', 'configmaps', ['cm'], true, false),
  one('', 'v1', 'Service', 'services', ['svc']),
  one('', 'v1', 'ServiceAccount', 'serviceaccounts', ['sa'], true, false),
  one('', 'v1', 'Event', 'events', ['ev'], true, false),
  one('batch', 'v1', 'Job', 'jobs', []),
  one('apps', 'v1', 'Deployment', 'deployments', ['deploy']),
  one('apps', 'v1', 'ReplicaSet', 'replicasets', ['rs']),
  one('apps', 'v1', 'StatefulSet', 'statefulsets', ['sts']),
  one('coordination.k8s.io', 'v1', 'Lease', 'leases', [], true, false),
  one('apiextensions.k8s.io', 'v1', 'CustomResourceDefinition', 'customresourcedefinitions', ['crd', 'crds'], false),
];
