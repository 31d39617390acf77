import type { Api } from '../api.ts';
import { ApiError, forbidden, notFound } from '../errors.ts';
import { type ApiObject, dig, listOf, mapOf, put } from '../object.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import type { Strategy } from './strategy.ts';

export const namespaces: Strategy = {
  create(object) {
    put(object, ['spec', 'finalizers'], ['kubernetes']);
    object['status'] = { phase: 'Active' };
  },
  update(object, old) {
    // Only the subresource `finalize` changes these.
    put(object, ['spec', 'finalizers'], dig(old, 'spec', 'finalizers'));
  },
  defaults(object) {
    object.metadata.labels = { ...object.metadata.labels, 'kubernetes.io/metadata.name': object.metadata.name };
  },
  deleting(object) {
    put(object, ['status', 'phase'], 'Terminating');
  },
  lingers: (object) => listOf(dig(object, 'spec', 'finalizers')).length > 0,
};

/** Admission of namespaced creations: the namespace exists and is not going away. @throws 404 or 403 */
export function requireNamespace(api: Api, type: ResourceType, namespace: string, name: string): void {
  if (!type.namespaced) return;
  const entry = api.store.get(`/core/namespaces/${namespace}`);
  if (entry === undefined) throw notFound({ group: '', name: 'namespaces' }, namespace);
  const object = JSON.parse(entry.value) as ApiObject;
  if (mapOf(object['status'])['phase'] !== 'Terminating') return;
  const of = { group: type.group, name: type.plural };
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const error = forbidden(of, name, why);
  const causes = [
    {
      reason: 'NamespaceTerminating',
      message: `namespace ${namespace} is being terminated`,
      field: 'metadata.namespace',
    },
  ];
  throw new ApiError(error.code, error.reason, error.message, { ...error.details, causes });
}
