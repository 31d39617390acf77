import type { Api, WriteCall } from '../api.ts';
import { type ApiObject, dig, textOf } from '../object.ts';
import { storagePrefix } from '../resources/registry.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import { deleteObject } from '../verbs/delete.ts';
import { internalOptions } from '../verbs/options.ts';
import { updateObject } from '../verbs/update.ts';
import { definitionsPrefix, loadDefinitions, publish } from './publish.ts';
import { cleanupFinalizer } from './strategy.ts';

/**
 * Serves what the CRDs say, from the turn on in which one is written, and ends the deletion of a CRD: its objects are
 * deleted first, and it goes with the last of them.
 */
export function runDefinitions(api: Api): void {
  let scheduled = false;
  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      if (!api.closing.aborted) endDeletions(api);
    });
  };
  publish(api);
  schedule();
  api.store.watch(definitionsPrefix, api.store.revision, () => {
    publish(api);
    schedule();
  });
  api.store.watch('/', api.store.revision, (change) => {
    if (change.type === 'DELETED' && leaving(api).some((crd) => change.key.startsWith(prefixOf(crd)))) schedule();
  });
}

function leaving(api: Api): ApiObject[] {
  return loadDefinitions(api).filter(
    ({ metadata }) =>
      metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(cleanupFinalizer) === true,
  );
}

function prefixOf(crd: ApiObject): string {
  return storagePrefix(textOf(dig(crd, 'spec', 'group')), textOf(dig(crd, 'spec', 'names', 'plural')));
}

function endDeletions(api: Api): void {
  for (const crd of leaving(api)) {
    const type = api.registry.all().find((one) => one.custom?.crd === crd.metadata.name);
    if (type !== undefined) removeInstances(api, type);
    if (api.store.list(prefixOf(crd), { limit: 1 }).items.length === 0) release(api, crd);
  }
}

function internalCall(api: Api, type: ResourceType, { namespace = '', name }: ApiObject['metadata']): WriteCall {
  const user = { name: 'system:apiserver', groups: ['system:masters'] };
  return { api, type, info: { namespace, name, subresource: '' }, request: { user, warnings: [] } };
}

function removeInstances(api: Api, type: ResourceType): void {
  for (const entry of api.store.list(type.storagePrefix).items) {
    const { metadata } = JSON.parse(entry.value) as ApiObject;
    if (metadata.deletionTimestamp !== undefined) continue;
    deleteObject(internalCall(api, type, metadata), metadata.name, { dryRun: false });
  }
}

function release(api: Api, { metadata }: ApiObject): void {
  const type = api.registry.find('apiextensions.k8s.io', 'v1', 'customresourcedefinitions');
  if (type === undefined) return;
  const withoutOurs = (crd: ApiObject): ApiObject => {
    crd.metadata.finalizers = (crd.metadata.finalizers ?? []).filter((one) => one !== cleanupFinalizer);
    return crd;
  };
  updateObject(internalCall(api, type, metadata), withoutOurs, internalOptions);
}
