import type { KubeObject } from '../../core/resource.ts';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** Drops what nobody here reads and what makes up half of many objects: managedFields and kubectl's last-applied copy. */
export function dropBookkeeping(object: KubeObject): KubeObject {
  const metadata = object.metadata as KubeObject['metadata'] & { managedFields?: unknown };
  delete metadata.managedFields;
  if (metadata.annotations?.[lastApplied] !== undefined) {
    const { [lastApplied]: _dropped, ...annotations } = metadata.annotations;
    metadata.annotations = annotations;
  }
  return object;
}
