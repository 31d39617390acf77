import { controllerOf } from '../../../core/resource.ts';
import { type Action, type Decision, decide } from '../../cluster/action.ts';
import { claim } from '../../cluster/claim.ts';
import { sameJson } from '../../cluster/json.ts';
import { isFinished, isTerminating } from '../../cluster/pods.ts';
import type { Deployment, Pod, ReplicaSet } from '../../cluster/types.ts';
import { byAge, newSet, revisionAnnotation, revisionOf, setAnnotations, splitSets } from './revisions.ts';
import { currentReplicas, fences, oldReplicas } from './rolling.ts';
import { deploymentStatus, isComplete } from './status.ts';

/** One pass over a Deployment. `sets` and `pods`: all of its namespace. */
export function planDeployment(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  pods: readonly Pod[],
  now: Date,
): Decision {
  const { owned, actions } = claim(deployment, deployment.spec.selector, sets);
  const { current, old } = splitSets(deployment, owned);
  const rollout: Rollout = isTerminating(deployment) ? { actions: [], current } : roll(deployment, current, old, pods);
  const created = current === undefined && rollout.current !== undefined;
  const report = deploymentStatus(deployment, rollout.current, old, created, now);
  const steps: Action[] = [...actions, ...rollout.actions];
  if (isComplete(deployment, report.status) && !isTerminating(deployment)) steps.push(...forget(deployment, old));
  const { annotations } = rollout;
  if (!sameJson(report.status, deployment.status) || isMissing(deployment, annotations)) {
    steps.push({ do: 'status', object: deployment, status: report.status, ...(annotations ? { annotations } : {}) });
  }
  return decide(steps, report.againMs);
}

/** `annotations`: the revision, which `kubectl rollout history` and `undo` read from the Deployment. */
type Rollout = { actions: Action[]; current: ReplicaSet | undefined; annotations?: Record<string, string> };

function roll(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
  pods: readonly Pod[],
): Rollout {
  if (deployment.spec.paused) return { actions: resize(deployment, current, old), current };
  const replicas = currentReplicas(deployment, current, old);
  const annotations = setAnnotations(
    deployment,
    current,
    old,
    (deployment.spec.replicas ?? 1) + fences(deployment).surge,
  );
  const mark = { [revisionAnnotation]: annotations[revisionAnnotation] ?? '' };
  if (deployment.spec.strategy?.type === 'Recreate') {
    const down = old.flatMap((set) => scaleTo(deployment, set, 0));
    if (down.length > 0 || hasPods(old, pods)) return { actions: down, current };
  }
  if (current === undefined) {
    const object = newSet(deployment, replicas, annotations);
    const event = replicas > 0 ? [scaled(deployment, object, 0, replicas)] : [];
    return { actions: [{ do: 'create', object, orExists: true }, ...event], current: object, annotations: mark };
  }
  const up = scaleTo(deployment, current, replicas, annotations);
  const down = [...oldReplicas(deployment, current, old)].flatMap(([set, count]) => scaleTo(deployment, set, count));
  return { actions: [...up, ...down], current, annotations: mark };
}

function isMissing(deployment: Deployment, annotations: Readonly<Record<string, string>> = {}): boolean {
  return Object.entries(annotations).some(([key, value]) => deployment.metadata.annotations?.[key] !== value);
}

/** Scaling while paused: the newest ReplicaSet in use takes all of the change. */
function resize(deployment: Deployment, current: ReplicaSet | undefined, old: readonly ReplicaSet[]): Action[] {
  const all = current === undefined ? [...old] : [...old, current];
  const used = all.filter((set) => (set.spec.replicas ?? 1) > 0);
  const target = used.sort(byAge).at(-1) ?? current;
  if (target === undefined) return [];
  const others = used.filter((set) => set !== target).reduce((sum, set) => sum + (set.spec.replicas ?? 1), 0);
  return scaleTo(deployment, target, Math.max(0, (deployment.spec.replicas ?? 1) - others));
}

function scaleTo(
  deployment: Deployment,
  set: ReplicaSet,
  replicas: number,
  annotations: Record<string, string> = {},
): Action[] {
  const before = set.spec.replicas ?? 1;
  const minReadySeconds = deployment.spec.minReadySeconds ?? 0;
  const marked = Object.entries(annotations).every(([key, value]) => set.metadata.annotations?.[key] === value);
  const patient = Object.keys(annotations).length === 0 || (set.spec.minReadySeconds ?? 0) === minReadySeconds;
  if (before === replicas && marked && patient) return [];
  const patch = { metadata: { annotations }, spec: patient ? { replicas } : { replicas, minReadySeconds } };
  const event = before === replicas ? [] : [scaled(deployment, set, before, replicas)];
  return [{ do: 'patch', object: set, patch }, ...event];
}

function scaled(deployment: Deployment, set: ReplicaSet, from: number, to: number): Action {
  const direction = to > from ? 'up' : 'down';
  const message = `Scaled ${direction} replica set ${set.metadata.name} from ${from} to ${to}`;
  return { do: 'event', object: deployment, type: 'Normal', reason: 'ScalingReplicaSet', message };
}

function hasPods(sets: readonly ReplicaSet[], pods: readonly Pod[]): boolean {
  const owners = new Set(sets.map((set) => set.metadata.uid));
  return pods.some((pod) => owners.has(controllerOf(pod)?.uid) && !isFinished(pod));
}

/** Removes the oldest of the ReplicaSets that are only kept for going back. */
function forget(deployment: Deployment, old: readonly ReplicaSet[]): Action[] {
  const idle = old.filter((set) => set.spec.replicas === 0 && !set.status?.replicas && !isTerminating(set));
  const surplus = idle.length - (deployment.spec.revisionHistoryLimit ?? 10);
  if (surplus <= 0) return [];
  const oldest = idle.sort((a, b) => revisionOf(a) - revisionOf(b)).slice(0, surplus);
  return oldest.map((object) => ({ do: 'delete', object }) as const);
}
