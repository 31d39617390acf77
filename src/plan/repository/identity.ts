import type { InventoryEntry } from '../../api/repository-status.ts';
import type { ObjectRef } from '../../core/plan.ts';
import { groupOf } from '../../core/resource.ts';

/** Names one object whatever API version it is written in: `apps/Deployment/shop/api`, `/Namespace//shop`. */
export function objectId({ apiVersion, kind, namespace, name }: ObjectRef): string {
  return `${groupOf(apiVersion)}/${kind}/${namespace ?? ''}/${name}`;
}

export function entryRef({ apiVersion, kind, namespace, name }: InventoryEntry): ObjectRef {
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}
