import { loadCatalog } from '../schema/index.ts';
import type { ResourceInfo } from './resource-type.ts';

/** Subresources that are served here; discovery must not promise others. */
const subresources = new Set(['status', 'scale', 'log', 'eviction', 'token', 'finalize', 'approval', 'binding']);

/** Resources of the real server that have no place here: they need a scheduler's or kubelet's part. */
const left = new Set(['/v1/componentstatuses', '/v1/bindings', '/v1/podtemplates']);

/** The built-in resources, as a real kube-apiserver's discovery tells of them, less what is not served here. */
export function builtinResources(): ResourceInfo[] {
  return loadCatalog()
    .resources()
    .filter((one) => !left.has(`${one.group}/${one.version}/${one.plural}`))
    .map((one) => ({
      ...one,
      subresources: one.subresources
        .filter((sub) => subresources.has(sub.name))
        .map((sub) => ({ ...sub, group: sub.group ?? one.group, version: sub.version ?? one.version })),
    }));
}
