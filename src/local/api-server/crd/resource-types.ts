import { type ApiObject, apiVersionOf, dig, type Json, listOf, mapOf, mapsOf, textOf } from '../object.ts';
import { storagePrefix } from '../resources/registry.ts';
import { type PrinterColumn, type ResourceType, type Subresource, storedVerbs } from '../resources/resource-type.ts';
import { objectSchema } from '../schema/index.ts';
import { conditionHolds } from './conditions.ts';

/** What an established CRD serves: one resource for each served version. */
export function resourceTypes(crd: ApiObject): ResourceType[] {
  if (!conditionHolds(crd, 'Established')) return [];
  const versions = mapsOf(dig(crd, 'spec', 'versions'));
  const stored = versions.find((one) => one['storage'] === true);
  return versions
    .filter((one) => one['served'] === true)
    .map((version) => resourceType(crd, version, textOf(stored?.['name'])));
}

function resourceType(crd: ApiObject, version: Json, stored: string): ResourceType {
  const group = textOf(dig(crd, 'spec', 'group'));
  const names = mapOf(dig(crd, 'status', 'acceptedNames'));
  const [name, kind, plural] = [textOf(version['name']), textOf(names['kind']), textOf(names['plural'])];
  const leaving = crd.metadata.deletionTimestamp !== undefined;
  const subresources = mapOf(version['subresources']);
  return {
    group,
    version: name,
    kind,
    plural,
    singular: textOf(names['singular']),
    shortNames: listOf(names['shortNames']).map(textOf),
    categories: listOf(names['categories']).map(textOf),
    namespaced: dig(crd, 'spec', 'scope') === 'Namespaced',
    // While it goes, what it had may be read and removed only.
    verbs: leaving ? storedVerbs.filter((verb) => verb !== 'create') : storedVerbs,
    subresources: subresourcesOf(subresources, { group, version: name, kind }),
    storagePrefix: storagePrefix(group, plural),
    storageApiVersion: apiVersionOf(group, stored),
    custom: {
      crd: crd.metadata.name,
      schema: objectSchema(dig(version, 'schema', 'openAPIV3Schema')),
      columns: mapsOf(version['additionalPrinterColumns']) as unknown as PrinterColumn[],
      selectableFields: mapsOf(version['selectableFields']).map((one) => textOf(one['jsonPath']).replace(/^\./, '')),
      ...(subresources['scale'] === undefined ? {} : { scale: scaleOf(mapOf(subresources['scale'])) }),
      ...deprecationOf(version, group, name, kind),
    },
  };
}

type Gvk = { group: string; version: string; kind: string };

function subresourcesOf(declared: Json, of: Gvk): Subresource[] {
  const verbs = ['get', 'patch', 'update'];
  const status = declared['status'] === undefined ? [] : [{ name: 'status', ...of, verbs }];
  const scale = { name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs };
  return declared['scale'] === undefined ? status : [...status, scale];
}

function scaleOf(declared: Json): NonNullable<NonNullable<ResourceType['custom']>['scale']> {
  const selector = textOf(declared['labelSelectorPath']);
  return {
    specReplicasPath: textOf(declared['specReplicasPath']),
    statusReplicasPath: textOf(declared['statusReplicasPath']),
    ...(selector === '' ? {} : { labelSelectorPath: selector }),
  };
}

function deprecationOf(version: Json, group: string, name: string, kind: string): { deprecation?: string } {
  if (version['deprecated'] !== true) return {};
  return { deprecation: textOf(version['deprecationWarning']) || `${group}/${name} ${kind} is deprecated` };
}
