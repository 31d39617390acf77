import { type Action, type Decision, decide, nothing, soonest } from '../cluster/action.ts';
import { claim } from '../cluster/claim.ts';
import { sameJson } from '../cluster/json.ts';
import { availableInMs, isActive, isReady, isTerminating, podFrom } from '../cluster/pods.ts';
import { matches } from '../cluster/selector.ts';
import type { Pod, ReplicaSet } from '../cluster/types.ts';

/** Pods made or removed in one pass: a mistake of a user must not flood the API. */
const burst = 500;

/** Keeps as many pods as the ReplicaSet asks for. `pods`: all of its namespace. */
export function planReplicaSet(set: ReplicaSet, pods: readonly Pod[], now: Date): Decision {
  const { owned, actions } = claim(set, set.spec.selector, pods);
  const active = owned.filter(isActive);
  const scaling = isTerminating(set) ? [] : scale(set, active);
  const { status, againMs } = replicaSetStatus(set, active, now);
  const changed = !sameJson(status, set.status);
  if (actions.length === 0 && scaling.length === 0 && !changed && againMs === undefined) return nothing;
  const report: Action[] = changed ? [{ do: 'status', object: set, status }] : [];
  return decide([...actions, ...scaling, ...report], againMs);
}

function scale(set: ReplicaSet, active: readonly Pod[]): Action[] {
  const missing = (set.spec.replicas ?? 1) - active.length;
  if (missing > 0) return Array.from({ length: Math.min(missing, burst) }, () => createPod(set)).flat();
  return [...active]
    .sort(firstToGo)
    .slice(0, Math.min(-missing, burst))
    .flatMap((pod) => deletePod(set, pod));
}

function createPod(set: ReplicaSet): Action[] {
  const object = podFrom(set, set.spec.template, `${set.metadata.name}-`);
  const message = `Created pod: ${object.metadata.name}`;
  return [
    { do: 'create', object },
    { do: 'event', object: set, type: 'Normal', reason: 'SuccessfulCreate', message },
  ];
}

function deletePod(set: ReplicaSet, pod: Pod): Action[] {
  const message = `Deleted pod: ${pod.metadata.name}`;
  return [
    { do: 'delete', object: pod },
    { do: 'event', object: set, type: 'Normal', reason: 'SuccessfulDelete', message },
  ];
}

/** Order of removal: what serves least goes first (kube-controller-manager's ActivePodsWithRanks). */
export function firstToGo(a: Pod, b: Pod): number {
  return rank(a) - rank(b) || age(b) - age(a);
}

function rank(pod: Pod): number {
  if (pod.spec.nodeName === undefined) return 0;
  if (pod.status?.phase !== 'Running') return 1;
  return isReady(pod) ? 3 : 2;
}

function age(pod: Pod): number {
  return Date.parse(pod.metadata.creationTimestamp ?? '') || 0;
}

function replicaSetStatus(set: ReplicaSet, active: readonly Pod[], now: Date) {
  const template = { matchLabels: set.spec.template.metadata?.labels ?? {} };
  const waits = active.map((pod) => availableInMs(pod, set.spec.minReadySeconds ?? 0, now));
  const counts = {
    fullyLabeledReplicas: active.filter((pod) => matches(template, pod.metadata.labels)).length,
    readyReplicas: active.filter(isReady).length,
    availableReplicas: waits.filter((wait) => wait === 0).length,
  };
  const status = {
    replicas: active.length,
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    ...(set.metadata.generation === undefined ? {} : { observedGeneration: set.metadata.generation }),
  };
  return { status, againMs: soonest(...waits.filter((wait) => wait !== undefined && wait > 0)) };
}
