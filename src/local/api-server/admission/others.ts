import { invalidValue } from '../errors.ts';
import { dig, fallback, isMap, listOf, mapsOf, put } from '../object.ts';
import { cpuMetric } from '../resources/autoscalers.ts';
import { bindings, roles } from './access.ts';
import type { AdmissionContext, Strategy } from './strategy.ts';

const claims: Strategy = {
  create(claim) {
    put(claim, ['status'], { phase: 'Pending' });
  },
  defaults(claim) {
    if (isMap(claim['spec'])) fallback(claim['spec'], 'volumeMode', 'Filesystem');
  },
};

const volumes: Strategy = {
  create(volume) {
    put(volume, ['status'], { phase: 'Available' });
  },
  defaults(volume) {
    if (!isMap(volume['spec'])) return;
    fallback(volume['spec'], 'persistentVolumeReclaimPolicy', 'Retain');
    fallback(volume['spec'], 'volumeMode', 'Filesystem');
  },
};

const networkPolicies: Strategy = {
  generation: 'spec',
  defaults({ spec }) {
    if (!isMap(spec)) return;
    fallback(spec, 'policyTypes', listOf(spec['egress']).length > 0 ? ['Ingress', 'Egress'] : ['Ingress']);
    const rules = [...mapsOf(spec['ingress']), ...mapsOf(spec['egress'])];
    for (const port of rules.flatMap((rule) => mapsOf(rule['ports']))) fallback(port, 'protocol', 'TCP');
  },
};

const storageClasses: Strategy = {
  defaults(object) {
    fallback(object, 'reclaimPolicy', 'Delete');
    fallback(object, 'volumeBindingMode', 'Immediate');
  },
};

const autoscalers: Strategy = {
  defaults(object) {
    if (!isMap(object['spec'])) return;
    fallback(object['spec'], 'minReplicas', 1);
    if (listOf(object['spec']['metrics']).length === 0) object['spec']['metrics'] = [cpuMetric(80)];
  },
  create(object) {
    object['status'] = { desiredReplicas: 0, currentMetrics: null };
  },
};

/** Kinds that are kept but have no effect here: who makes one is told so. */
function withoutEffect(why: string): Strategy {
  return {
    generation: 'spec',
    create(_object, { warnings, type }: AdmissionContext) {
      warnings.push(`local mode: ${type.plural} are stored, but ${why}`);
    },
  };
}

const notCalled = 'the embedded API calls no admission webhooks';
const notEvaluated = 'the embedded API evaluates no admission policies';

const ingresses: Strategy = {
  generation: 'spec',
  create(object) {
    object['status'] = { loadBalancer: {} };
  },
  validate(object) {
    const rules = listOf(dig(object, 'spec', 'rules'));
    const backend = dig(object, 'spec', 'defaultBackend');
    const why = 'either `defaultBackend` or `rules` must be specified';
    return rules.length > 0 || backend !== undefined ? [] : [invalidValue('spec', object['spec'] ?? {}, why)];
  },
};

export const others: Record<string, Strategy> = {
  '/events': {
    defaults(event) {
      fallback(event, 'source', {});
      fallback(event, 'reportingComponent', '');
      fallback(event, 'reportingInstance', '');
    },
  },
  '/nodes': { keepsStatusOnCreate: true },
  '/persistentvolumeclaims': claims,
  '/persistentvolumes': volumes,
  '/resourcequotas': withoutEffect('quotas are not enforced'),
  '/limitranges': withoutEffect('limit ranges are not applied'),
  'discovery.k8s.io/endpointslices': { generation: 'spec' },
  'networking.k8s.io/ingresses': ingresses,
  'networking.k8s.io/ingressclasses': { generation: 'spec' },
  'networking.k8s.io/networkpolicies': networkPolicies,
  'rbac.authorization.k8s.io/roles': roles,
  'rbac.authorization.k8s.io/clusterroles': roles,
  'rbac.authorization.k8s.io/rolebindings': bindings,
  'rbac.authorization.k8s.io/clusterrolebindings': bindings,
  'storage.k8s.io/storageclasses': storageClasses,
  'scheduling.k8s.io/priorityclasses': {
    generation: 'spec',
    defaults(object) {
      fallback(object, 'preemptionPolicy', 'PreemptLowerPriority');
    },
  },
  'autoscaling/horizontalpodautoscalers': autoscalers,
  'policy/poddisruptionbudgets': { generation: 'spec' },
  'apiregistration.k8s.io/apiservices': withoutEffect('the embedded API aggregates no other API servers'),
  'admissionregistration.k8s.io/mutatingwebhookconfigurations': withoutEffect(notCalled),
  'admissionregistration.k8s.io/validatingwebhookconfigurations': withoutEffect(notCalled),
  'admissionregistration.k8s.io/validatingadmissionpolicies': withoutEffect(notEvaluated),
  'admissionregistration.k8s.io/validatingadmissionpolicybindings': withoutEffect(notEvaluated),
};
