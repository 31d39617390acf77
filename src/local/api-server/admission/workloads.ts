import { type Cause, invalidValue, required } from '../errors.ts';
import { type ApiObject, dig, equalJson, fallback, isMap, type Json, mapOf, mapsOf, put } from '../object.ts';
import { matchesSelector } from '../selectors/labels.ts';
import { defaultTemplate } from './pod-spec.ts';
import type { Strategy } from './strategy.ts';

type Defaults = (spec: Json) => void;

/** A kind that makes Pods from a template by a selector: apps/v1's four. */
function workload(defaults: Defaults, status: Json): Strategy {
  return {
    generation: 'spec',
    create(object) {
      object['status'] = structuredClone(status);
    },
    defaults(object) {
      const { spec } = object;
      if (!isMap(spec)) return;
      defaultTemplate(spec['template']);
      defaults(spec);
    },
    validate: selectorErrors,
  };
}

function selectorErrors(object: ApiObject, old: ApiObject | undefined): Cause[] {
  const selector = dig(object, 'spec', 'selector');
  if (!isMap(selector)) return [required('spec.selector')];
  const causes: Cause[] = [];
  const labels = mapOf(dig(object, 'spec', 'template', 'metadata', 'labels'));
  if (Object.keys(selector).length === 0) {
    causes.push(invalidValue('spec.selector', selector, 'empty selector is invalid for deployment'));
  } else if (!matchesSelector(selector, labels)) {
    causes.push(invalidValue('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'));
  }
  if (mapsOf(dig(object, 'spec', 'template', 'spec', 'containers')).length === 0) {
    causes.push(required('spec.template.spec.containers'));
  }
  if (old !== undefined && !equalJson(selector, dig(old, 'spec', 'selector'))) {
    causes.push(invalidValue('spec.selector', selector, 'field is immutable'));
  }
  return causes;
}

function rolling(spec: Json, field: string, defaults: Json): void {
  fallback(spec, field, {});
  const strategy = mapOf(spec[field]);
  fallback(strategy, 'type', 'RollingUpdate');
  if (strategy['type'] !== 'RollingUpdate') return;
  fallback(strategy, 'rollingUpdate', {});
  for (const [name, value] of Object.entries(defaults)) fallback(mapOf(strategy['rollingUpdate']), name, value);
}

function claimTemplates(spec: Json): void {
  for (const claim of mapsOf(spec['volumeClaimTemplates'])) {
    Object.assign(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim' });
    fallback(claim, 'status', { phase: 'Pending' });
    if (isMap(claim['spec'])) fallback(claim['spec'], 'volumeMode', 'Filesystem');
  }
}

const deployments: Strategy = {
  ...workload((spec) => {
    fallback(spec, 'replicas', 1);
    rolling(spec, 'strategy', { maxUnavailable: '25%', maxSurge: '25%' });
    fallback(spec, 'revisionHistoryLimit', 10);
    fallback(spec, 'progressDeadlineSeconds', 600);
  }, {}),
  generation: 'spec and annotations',
  statusLeaves: ['labels'],
};

const replicaSets = workload((spec) => fallback(spec, 'replicas', 1), { replicas: 0 });

const statefulSets = workload(
  (spec) => {
    fallback(spec, 'replicas', 1);
    fallback(spec, 'serviceName', '');
    fallback(spec, 'podManagementPolicy', 'OrderedReady');
    rolling(spec, 'updateStrategy', { partition: 0 });
    fallback(spec, 'revisionHistoryLimit', 10);
    fallback(spec, 'persistentVolumeClaimRetentionPolicy', { whenDeleted: 'Retain', whenScaled: 'Retain' });
    claimTemplates(spec);
  },
  { replicas: 0, availableReplicas: 0 },
);

const daemonSets = workload(
  (spec) => {
    rolling(spec, 'updateStrategy', { maxUnavailable: 1, maxSurge: 0 });
    fallback(spec, 'revisionHistoryLimit', 10);
  },
  { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 },
);

const replicationControllers: Strategy = {
  generation: 'spec',
  defaults(object) {
    const { spec } = object;
    if (!isMap(spec)) return;
    fallback(spec, 'replicas', 1);
    defaultTemplate(spec['template']);
    const labels = dig(spec, 'template', 'metadata', 'labels');
    if (isMap(labels)) fallback(spec, 'selector', structuredClone(labels));
  },
  create(object) {
    put(object, ['status'], { replicas: 0 });
  },
};

export const workloads: Record<string, Strategy> = {
  'apps/deployments': deployments,
  'apps/replicasets': replicaSets,
  'apps/statefulsets': statefulSets,
  'apps/daemonsets': daemonSets,
  '/replicationcontrollers': replicationControllers,
};
