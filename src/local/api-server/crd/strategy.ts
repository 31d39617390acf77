import type { AdmissionContext, Strategy } from '../admission/strategy.ts';
import { type ApiObject, dig, equalJson, fallback, isMap, mapOf, mapsOf, put, textOf } from '../object.ts';
import { setCondition } from './conditions.ts';
import { conflictingNames } from './names.ts';
import { loadDefinitions } from './publish.ts';
import { validateDefinition } from './validate.ts';

/** Holds a CRD until its objects are gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

/** CustomResourceDefinitions: accepted and established with the write that brings them, served from then on. */
export const customResourceDefinitions: Strategy = {
  generation: 'spec',
  statusLeaves: ['labels', 'annotations', 'finalizers', 'ownerReferences'],
  defaults(crd) {
    const names = mapOf(dig(crd, 'spec', 'names'));
    const kind = textOf(names['kind']);
    if (kind !== '') {
      fallback(names, 'singular', kind.toLowerCase());
      fallback(names, 'listKind', `${kind}List`);
    }
    if (isMap(crd['spec'])) fallback(crd['spec'], 'conversion', { strategy: 'None' });
  },
  create(crd, context) {
    this.defaults?.(crd);
    establish(crd, context);
  },
  update(crd, old, context) {
    this.defaults?.(crd);
    if (!equalJson(crd['spec'], old['spec'])) establish(crd, context);
  },
  prepareDelete(crd) {
    // Once only: the deletion that follows on the last object's must not hold it again.
    if (crd.metadata.deletionTimestamp !== undefined) return;
    crd.metadata.finalizers = [...(crd.metadata.finalizers ?? []), cleanupFinalizer];
  },
  deleting(crd) {
    setCondition(
      crd,
      'Terminating',
      true,
      'InstanceDeletionInProgress',
      'CustomResource deletion is in progress',
      new Date(),
    );
  },
  validate: validateDefinition,
  writesStatus: true,
};

function establish(crd: ApiObject, { api }: AdmissionContext): void {
  const now = api.now();
  const others = loadDefinitions(api).filter((one) => one.metadata.name !== crd.metadata.name);
  const conflict = conflictingNames(crd, others);
  if (conflict === undefined) {
    put(crd, ['status', 'acceptedNames'], dig(crd, 'spec', 'names'));
    setCondition(crd, 'NamesAccepted', true, 'NoConflicts', 'no conflicts found', now);
    setCondition(crd, 'Established', true, 'InitialNamesAccepted', 'the initial names have been accepted', now);
  } else {
    fallback(mapOf(crd['status']), 'acceptedNames', { kind: '', plural: '' });
    setCondition(crd, 'NamesAccepted', false, conflict.reason, conflict.message, now);
    setCondition(crd, 'Established', false, 'NotAccepted', 'not all names are accepted', now);
  }
  const stored = mapsOf(dig(crd, 'spec', 'versions')).find((one) => one['storage'] === true);
  const known = new Set((dig(crd, 'status', 'storedVersions') as string[] | undefined) ?? []);
  if (stored !== undefined) known.add(textOf(stored['name']));
  put(crd, ['status', 'storedVersions'], [...known]);
}
