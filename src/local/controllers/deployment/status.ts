import { withoutZeros } from '../../cluster/json.ts';
import { stamp } from '../../cluster/pods.ts';
import type { Deployment, DeploymentStatus, ReplicaSet, WorkloadCondition } from '../../cluster/types.ts';
import { fences } from './rolling.ts';

const sum = (sets: readonly ReplicaSet[], of: (set: ReplicaSet) => number | undefined): number =>
  sets.reduce((total, set) => total + (of(set) ?? 0), 0);

/** Whether the rollout is over as `kubectl rollout status` sees it. */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const replicas = deployment.spec.replicas ?? 1;
  const { updatedReplicas = 0, replicas: all = 0, availableReplicas = 0 } = status;
  return updatedReplicas === replicas && all === replicas && availableReplicas === replicas;
}

/** `old`: the other ReplicaSets. `created`: the current one was made in this very pass. */
export function deploymentStatus(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
  created: boolean,
  now: Date,
): { status: DeploymentStatus; againMs?: number } {
  const all = current === undefined ? old : [...old, current];
  const available = sum(all, (set) => set.status?.availableReplicas);
  const total = sum(all, (set) => set.spec.replicas);
  const before = deployment.status ?? {};
  const counts = {
    replicas: sum(all, (set) => set.status?.replicas),
    updatedReplicas: current?.status?.replicas ?? 0,
    readyReplicas: sum(all, (set) => set.status?.readyReplicas),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, total - available),
    collisionCount: before.collisionCount,
  };
  const status: DeploymentStatus = { ...withoutZeros(counts) };
  if (deployment.metadata.generation !== undefined) status.observedGeneration = deployment.metadata.generation;
  const progress = progressing(deployment, current, status, created, now);
  const failure = all.flatMap((set) => set.status?.conditions ?? []).find(({ type }) => type === 'ReplicaFailure');
  const wanted = [availability(deployment, available), progress.condition, failure].filter((one) => one !== undefined);
  status.conditions = wanted.map((condition) => dated(condition, before.conditions ?? [], progress.moved, now));
  return progress.againMs === undefined ? { status } : { status, againMs: progress.againMs };
}

function availability(deployment: Deployment, available: number): WorkloadCondition {
  const enough = available >= (deployment.spec.replicas ?? 1) - fences(deployment).unavailable;
  return enough
    ? condition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.')
    : condition('Available', 'False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.');
}

type Progress = { condition: WorkloadCondition | undefined; moved: boolean; againMs?: number };

function progressing(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  status: DeploymentStatus,
  created: boolean,
  now: Date,
): Progress {
  const before = deployment.status?.conditions?.find(({ type }) => type === 'Progressing');
  const set =
    current === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${current.metadata.name}"`;
  const say = (reason: string, words: string, value = 'True') => condition('Progressing', value, reason, words);
  if (deployment.spec.paused) {
    return { condition: say('DeploymentPaused', 'Deployment is paused', 'Unknown'), moved: false };
  }
  if (created)
    return {
      condition: say('NewReplicaSetCreated', `Created new replica set "${current?.metadata.name}"`),
      moved: true,
    };
  if (isComplete(deployment, status)) {
    return {
      condition: say('NewReplicaSetAvailable', `${set} has successfully progressed.`),
      moved: hasMoved(deployment, status),
    };
  }
  if (before?.reason === 'DeploymentPaused')
    return { condition: say('DeploymentResumed', 'Deployment is resumed', 'Unknown'), moved: true };
  if (hasMoved(deployment, status) || before === undefined || before.reason === 'NewReplicaSetAvailable') {
    return {
      condition: say('ReplicaSetUpdated', `${set} is progressing.`),
      moved: true,
      againMs: deadlineMs(deployment),
    };
  }
  const left = Date.parse(before.lastUpdateTime ?? '') + deadlineMs(deployment) - now.getTime();
  if (left > 0) return { condition: before, moved: false, againMs: left };
  return { condition: say('ProgressDeadlineExceeded', `${set} has timed out progressing.`, 'False'), moved: false };
}

function deadlineMs(deployment: Deployment): number {
  return (deployment.spec.progressDeadlineSeconds ?? 600) * 1000;
}

/** Whether more pods are new, ready or available than before, or fewer are old. */
function hasMoved(deployment: Deployment, status: DeploymentStatus): boolean {
  const before = deployment.status ?? {};
  const old = (of: DeploymentStatus): number => (of.replicas ?? 0) - (of.updatedReplicas ?? 0);
  return (
    (status.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    (status.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (status.availableReplicas ?? 0) > (before.availableReplicas ?? 0) ||
    old(status) < old(before)
  );
}

function condition(type: string, status: string, reason: string, message: string): WorkloadCondition {
  return { type, status, reason, message };
}

/** Keeps the times of a condition that says the same as before. */
function dated(
  next: WorkloadCondition,
  before: readonly WorkloadCondition[],
  moved: boolean,
  now: Date,
): WorkloadCondition {
  const last = before.find(({ type }) => type === next.type);
  const same = last !== undefined && last.status === next.status && last.reason === next.reason;
  const touched = next.type === 'Progressing' && moved;
  const { type, status, reason, message } = next;
  return {
    type,
    status,
    reason,
    message,
    lastUpdateTime: same && !touched && last.message === message ? last.lastUpdateTime : stamp(now),
    lastTransitionTime: last?.status === status ? last.lastTransitionTime : stamp(now),
  } as WorkloadCondition;
}
