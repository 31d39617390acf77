import { badRequest } from '../errors.ts';
import { type ApiObject, dig } from '../object.ts';
import type { ResourceType } from '../resources/resource-type.ts';

export type FieldMatch = (object: ApiObject) => boolean;

/** The fields that the real server can select by, besides name and namespace. */
const selectable: Record<string, readonly string[]> = {
  '/pods': [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  '/events': [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  'events.k8s.io/events': [
    'regarding.kind',
    'regarding.namespace',
    'regarding.name',
    'regarding.uid',
    'regarding.apiVersion',
    'reason',
    'reportingController',
    'type',
  ],
  '/secrets': ['type'],
  '/namespaces': ['status.phase', 'name'],
  '/nodes': ['spec.unschedulable'],
  '/services': ['spec.clusterIP', 'spec.type'],
  '/replicationcontrollers': ['status.replicas'],
  'apps/replicasets': ['status.replicas'],
  'batch/jobs': ['status.successful'],
  'certificates.k8s.io/certificatesigningrequests': ['spec.signerName'],
};

/**
 * The query's `fieldSelector`: `status.phase=Running,spec.nodeName!=x`.
 * @throws 400 for a field that this resource cannot be selected by.
 */
export function parseFieldSelector(type: ResourceType, text: string | null): FieldMatch | undefined {
  if (text === null || text.trim() === '') return undefined;
  const terms = text.split(',').map((term) => {
    const match = /^([^!=]+)(==|=|!=)(.*)$/.exec(term.trim());
    if (match === null) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
    const [, field = '', sign, wanted = ''] = match;
    if (!known(type, field)) throw badRequest(refusal(type, field));
    return { path: pathOf(field), equal: sign !== '!=', wanted };
  });
  return (object) => terms.every(({ path, equal, wanted }) => (valueAt(object, path) === wanted) === equal);
}

/** Kinds with fields of their own are refused in other words than those with none. */
function refusal(type: ResourceType, field: string): string {
  if (selectable[`${type.group}/${type.plural}`] !== undefined) return `field label not supported: ${field}`;
  return `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`;
}

function known(type: ResourceType, field: string): boolean {
  if (field === 'metadata.name') return true;
  if (field === 'metadata.namespace') return type.namespaced;
  if (type.custom !== undefined) return type.custom.selectableFields.includes(field);
  return selectable[`${type.group}/${type.plural}`]?.includes(field) === true;
}

function pathOf(field: string): string[] {
  if (field === 'name') return ['metadata', 'name'];
  if (field === 'source') return ['source', 'component'];
  if (field === 'status.successful') return ['status', 'succeeded'];
  return field.split('.');
}

function valueAt(object: ApiObject, path: string[]): string {
  const value = dig(object, ...path);
  if (value === undefined || value === null) return emptyOf(path);
  return String(value);
}

/** What an absent field compares as: Go's zero value. */
function emptyOf(path: string[]): string {
  const last = path.at(-1);
  if (last === 'unschedulable' || last === 'hostNetwork') return 'false';
  return last === 'replicas' || last === 'succeeded' ? '0' : '';
}
