import { type Cause, forbiddenField, required } from '../errors.ts';
import { type ApiObject, dig, equalJson, fallback, isMap, type Json, mapsOf, put } from '../object.ts';
import { defaultPodSpec, qosClass } from './pod-spec.ts';
import type { Strategy } from './strategy.ts';

const evictions = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

export const pods: Strategy = {
  generation: 'spec',
  defaults(pod) {
    const { spec } = pod;
    if (!isMap(spec)) return;
    defaultPodSpec(spec);
    fallback(spec, 'enableServiceLinks', true);
  },
  create(pod) {
    const spec: Json = isMap(pod['spec']) ? pod['spec'] : {};
    fallback(spec, 'serviceAccountName', spec['serviceAccount'] ?? 'default');
    fallback(spec, 'priority', 0);
    fallback(spec, 'preemptionPolicy', 'PreemptLowerPriority');
    addTolerations(spec);
    pod['status'] = { phase: 'Pending', qosClass: qosClass(spec) };
  },
  validate(pod, old, { subresource }) {
    if (mapsOf(dig(pod, 'spec', 'containers')).length === 0) return [required('spec.containers')];
    return old === undefined || subresource === 'binding' || equalJson(fixedPart(pod), fixedPart(old))
      ? []
      : [immutable];
  },
};

const immutable: Cause = forbiddenField(
  'spec',
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
);

/** A Pod's spec without what may change after its creation. */
function fixedPart(pod: ApiObject): Json {
  const spec = structuredClone((pod['spec'] ?? {}) as Json);
  for (const field of ['activeDeadlineSeconds', 'tolerations', 'terminationGracePeriodSeconds', 'schedulingGates']) {
    delete spec[field];
  }
  for (const container of [...mapsOf(spec['containers']), ...mapsOf(spec['initContainers'])]) {
    delete container['image'];
    delete container['imagePullPolicy'];
  }
  return spec;
}

/** The admission plugin DefaultTolerationSeconds. */
function addTolerations(spec: Json): void {
  const tolerations = mapsOf(spec['tolerations']);
  const missing = evictions.filter((key) => !tolerations.some((one) => one['key'] === key || one['key'] === undefined));
  const added = missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }));
  put(spec, ['tolerations'], [...tolerations, ...added]);
}
