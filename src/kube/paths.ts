import type { ObjectRef } from '../core/plan.ts';
import { KubeError, type ListOptions, type ResourceType } from './client.ts';

/** REST path of a kind's objects, in one namespace or in all. */
export function collectionPath(type: ResourceType, namespace?: string): string {
  const group = type.apiVersion.includes('/') ? '/apis/' : '/api/';
  const scope = type.namespaced && namespace ? `/namespaces/${segment(namespace)}` : '';
  return `${group}${type.apiVersion}${scope}/${type.plural}`;
}

/** REST path of one object, where `subresource` may follow. */
export function objectPath(type: ResourceType, object: Omit<ObjectRef, 'apiVersion'>, subresource?: string): string {
  needNamespace(type, object);
  const path = `${collectionPath(type, object.namespace)}/${segment(object.name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** Without it the request would go to another path and be answered in a way that nobody understands. */
export function needNamespace(type: ResourceType, object: { name?: string; namespace?: string }): void {
  if (type.namespaced && !object.namespace) {
    const message = `${type.kind} "${object.name ?? ''}" has no metadata.namespace; ${type.plural} live in namespaces`;
    throw new KubeError(400, 'BadRequest', message);
  }
}

/** Query of a list; `more` are further parameters. Undefined values are left out. */
export function listQuery(options: ListOptions, more: Readonly<Record<string, string | undefined>> = {}): string {
  return query({ labelSelector: options.labelSelector, fieldSelector: options.fieldSelector, ...more });
}

export function query(parameters: Readonly<Record<string, string | undefined>>): string {
  const pairs = Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`;
}

/** A name with a slash or dots would otherwise reach another path. */
function segment(name: string): string {
  if (name === '' || name === '.' || name === '..') {
    throw new KubeError(400, 'BadRequest', `"${name}" is not a name of an object`);
  }
  return encodeURIComponent(name);
}
