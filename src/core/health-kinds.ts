import { current, failed, type Health, inProgress, number, text } from './health-fields.ts';
import { podHealth } from './health-pod.ts';
import type { Condition, KubeObject } from './resource.ts';

type Find = (type: string) => Partial<Condition> | undefined;

/** Undefined: the rules for all kinds decide. */
type Rule = (object: KubeObject, find: Find) => Health | undefined;

/** Rules of kstatus by kind, with the group before it unless it is the core group. */
export const controllerHealth: Readonly<Record<string, Rule>> = {
  'apps/Deployment': deployment,
  'apps/StatefulSet': statefulSet,
  'apps/DaemonSet': daemonSet,
  'apps/ReplicaSet': replicaSet,
  'batch/Job': job,
  'apiextensions.k8s.io/CustomResourceDefinition': definition,
  'apiregistration.k8s.io/APIService': (_, find) =>
    isTrue(find('Available')) ? current : inProgress(said(find('Available'))),
  'policy/PodDisruptionBudget': (object) =>
    number(object, 'status', 'observedGeneration') === undefined ? inProgress('not counted yet') : current,
  // Without metrics it does not scale, but what it scales runs.
  'autoscaling/HorizontalPodAutoscaler': (_, find) =>
    find('AbleToScale')?.status === 'False' ? inProgress(said(find('AbleToScale'))) : current,
  Pod: podHealth,
  PersistentVolumeClaim: claim,
  Service: (object) =>
    text(object, 'spec', 'type') === 'LoadBalancer' && !text(object, 'spec', 'clusterIP')
      ? inProgress('waiting for a cluster IP')
      : current,
};

function isTrue(condition: Partial<Condition> | undefined): boolean {
  return condition?.status === 'True';
}

function said(condition: Partial<Condition> | undefined): string {
  return condition?.message || condition?.reason || 'no condition yet';
}

/** The first of several counts that is below what is wanted. */
function lacks(
  wanted: number,
  counts: readonly (readonly [name: string, count: number | undefined])[],
): Health | undefined {
  const low = counts.find(([, count = 0]) => count < wanted);
  return low === undefined ? undefined : inProgress(`${low[1] ?? 0} of ${wanted} replicas ${low[0]}`);
}

function deployment(object: KubeObject, find: Find): Health | undefined {
  const progressing = find('Progressing');
  if (progressing?.status === 'False' && progressing.reason === 'ProgressDeadlineExceeded')
    return failed(said(progressing));
  const wanted = number(object, 'spec', 'replicas') ?? 1;
  const count = (name: string) => number(object, 'status', name);
  if (isTrue(find('ReplicaFailure'))) return inProgress(said(find('ReplicaFailure')));
  return (
    lacks(wanted, [['updated', count('updatedReplicas')]]) ??
    surplus(count('replicas') ?? 0, count('updatedReplicas') ?? 0) ??
    lacks(wanted, [
      ['available', count('availableReplicas')],
      ['ready', count('readyReplicas')],
    ]) ??
    (find('Available')?.status === 'False' ? inProgress(said(find('Available'))) : current)
  );
}

function surplus(all: number, updated: number): Health | undefined {
  return all > updated ? inProgress(`${all - updated} old replicas still to go`) : undefined;
}

function statefulSet(object: KubeObject): Health | undefined {
  if (text(object, 'spec', 'updateStrategy', 'type') === 'OnDelete') return current;
  const wanted = number(object, 'spec', 'replicas') ?? 1;
  const count = (name: string) => number(object, 'status', name);
  const low = lacks(wanted, [
    ['created', count('replicas')],
    ['ready', count('readyReplicas')],
  ]);
  if (low !== undefined) return low;
  const partition = number(object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition');
  if (partition !== undefined && partition > 0) {
    return lacks(Math.max(0, wanted - partition), [['updated', count('updatedReplicas')]]) ?? current;
  }
  const [now, next] = [text(object, 'status', 'currentRevision'), text(object, 'status', 'updateRevision')];
  return now === next
    ? current
    : inProgress(`rolling update, ${count('updatedReplicas') ?? 0} of ${wanted} replicas updated`);
}

function daemonSet(object: KubeObject): Health | undefined {
  const count = (name: string) => number(object, 'status', name);
  const wanted = count('desiredNumberScheduled');
  if (wanted === undefined || count('observedGeneration') === undefined) return inProgress('not scheduled yet');
  const isManual = text(object, 'spec', 'updateStrategy', 'type') === 'OnDelete';
  const low = lacks(wanted, [
    ['scheduled', count('currentNumberScheduled')],
    ...(isManual ? [] : [['updated', count('updatedNumberScheduled')] as const]),
    ['available', count('numberAvailable')],
    ['ready', count('numberReady')],
  ]);
  return low ?? current;
}

function replicaSet(object: KubeObject, find: Find): Health | undefined {
  if (isTrue(find('ReplicaFailure'))) return inProgress(said(find('ReplicaFailure')));
  const wanted = number(object, 'spec', 'replicas') ?? 1;
  const count = (name: string) => number(object, 'status', name);
  const low = lacks(wanted, [
    ['created', count('replicas')],
    ['available', count('availableReplicas')],
    ['ready', count('readyReplicas')],
  ]);
  return low ?? surplus(count('replicas') ?? 0, wanted) ?? current;
}

/** A Job that has started is what was asked for; only its failure is ill health. */
function job(object: KubeObject, find: Find): Health | undefined {
  if (isTrue(find('Failed'))) return failed(said(find('Failed')));
  if (isTrue(find('Complete')) || isTrue(find('Suspended'))) return current;
  return text(object, 'status', 'startTime') === undefined ? inProgress('not started yet') : current;
}

function claim(object: KubeObject): Health | undefined {
  const phase = text(object, 'status', 'phase');
  if (phase === 'Bound') return current;
  return phase === 'Lost' ? failed('its volume is lost') : inProgress('no volume is bound yet');
}

function definition(_: KubeObject, find: Find): Health | undefined {
  const names = find('NamesAccepted');
  if (names?.status === 'False') return failed(said(names));
  const established = find('Established');
  return isTrue(established) ? current : inProgress(said(established));
}
