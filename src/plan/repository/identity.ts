import type { InventoryEntry } from '../../api/repository-status.ts';
import type { ObjectRef } from '../../core/plan.ts';
import type { KubeObject } from '../../core/resource.ts';

/** Names one object whatever API version it is written in: `apps/Deployment/shop/api`, `/Namespace//shop`. */
export function objectId({ apiVersion, kind, namespace, name }: ObjectRef): string {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
  return `${group}/${kind}/${namespace ?? ''}/${name}`;
}

export function refOf({ apiVersion, kind, metadata }: KubeObject): ObjectRef {
  const { namespace, name } = metadata;
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

export function entryRef({ apiVersion, kind, namespace, name }: InventoryEntry): ObjectRef {
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

/** `Service shop/api`. */
export function tellRef({ kind, namespace, name }: ObjectRef): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}
