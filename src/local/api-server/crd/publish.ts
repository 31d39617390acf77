import type { Api } from '../api.ts';
import type { ApiObject } from '../object.ts';
import { resourceTypes } from './resource-types.ts';

export const definitionsPrefix = '/apiextensions.k8s.io/customresourcedefinitions/';

export function loadDefinitions(api: Pick<Api, 'store'>): ApiObject[] {
  return api.store.list(definitionsPrefix).items.map((entry) => JSON.parse(entry.value) as ApiObject);
}

/** Serves what the stored CRDs say, and nothing else. */
export function publish(api: Pick<Api, 'store' | 'registry'>): void {
  api.registry.setCustom(loadDefinitions(api).flatMap(resourceTypes));
}
