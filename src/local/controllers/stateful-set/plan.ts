import type { KubeObject } from '../../../core/resource.ts';
import { type Action, type Decision, decide, soonest } from '../../cluster/action.ts';
import { claim } from '../../cluster/claim.ts';
import { sameJson, withoutZeros } from '../../cluster/json.ts';
import { availableInMs, isFinished, isReady, isTerminating } from '../../cluster/pods.ts';
import type { Pod } from '../../cluster/types.ts';
import { type ControllerRevision, forgetRevisions, presentRevision, revisionHashLabel } from '../revisions.ts';
import { claimsOf, ordinalOf, podAt, type StatefulSet } from './pods.ts';

export type StatefulSetFacts = Readonly<{
  pods: readonly Pod[];
  revisions: readonly ControllerRevision[];
  claims: readonly KubeObject[];
}>;

type Scene = Readonly<{
  set: StatefulSet;
  /** By ordinal. */
  pods: ReadonlyMap<number, Pod>;
  update: ControllerRevision;
  current: ControllerRevision;
  claims: ReadonlySet<string>;
  now: Date;
}>;

/** One pass over a StatefulSet. Facts: all of its namespace. */
export function planStatefulSet(set: StatefulSet, facts: StatefulSetFacts, now: Date): Decision {
  const { owned, actions } = claim(set, set.spec.selector, facts.pods);
  const revisions = claim(set, set.spec.selector, facts.revisions).owned;
  const { present: update, actions: history } = presentRevision(set, revisions);
  const current = revisions.find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? update;
  const pods = new Map(owned.map((pod) => [ordinalOf(set, pod) ?? -1, pod]));
  const claims = new Set(facts.claims.map(({ metadata }) => metadata.name));
  const scene: Scene = { set, pods, update, current, claims, now };
  const steps = isTerminating(set) ? [] : [...history, ...nextSteps(scene)];
  const { status, againMs } = statusOf(scene);
  const used = new Set([update.metadata.name, current.metadata.name, ...owned.map(revisionName)]);
  const report: Action[] = sameJson(status, set.status) ? [] : [{ do: 'status', object: set, status }];
  return decide([...actions, ...steps, ...forgetRevisions(set, revisions, used), ...report], againMs);
}

function revisionName(pod: Pod): string {
  return pod.metadata.labels?.[revisionHashLabel] ?? '';
}

function isHealthy(pod: Pod | undefined, { set, now }: Scene): boolean {
  return pod !== undefined && !isTerminating(pod) && availableInMs(pod, set.spec.minReadySeconds ?? 0, now) === 0;
}

/** Creates from the lowest ordinal up, removes from the highest down, updates from the highest down. */
function nextSteps(scene: Scene): Action[] {
  const { set, pods } = scene;
  const ordered = set.spec.podManagementPolicy !== 'Parallel';
  const first = set.spec.ordinals?.start ?? 0;
  const wanted = Array.from({ length: set.spec.replicas ?? 1 }, (_, at) => first + at);
  const steps: Action[] = [];
  for (const ordinal of wanted) {
    const pod = pods.get(ordinal);
    if (pod === undefined) steps.push(...create(scene, ordinal));
    else if (isFinished(pod) && !isTerminating(pod)) steps.push({ do: 'delete', object: pod });
    if (ordered && !isHealthy(pod, scene)) return steps;
  }
  const surplus = [...pods].filter(([ordinal]) => !wanted.includes(ordinal)).sort(([a], [b]) => b - a);
  for (const [, pod] of surplus) {
    if (!isTerminating(pod)) steps.push(...remove(set, pod));
    if (ordered) return steps;
  }
  if (steps.length > 0 || set.spec.updateStrategy?.type === 'OnDelete') return steps;
  return updateStep(scene, wanted);
}

function create({ set, update, current, claims }: Scene, ordinal: number): Action[] {
  const partition = set.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  const object = podAt(set, ordinal, ordinal < partition ? current : update);
  const missing = claimsOf(set, ordinal).filter(({ metadata }) => !claims.has(metadata.name));
  const message = `create Pod ${object.metadata.name} in StatefulSet ${set.metadata.name} successful`;
  return [
    ...missing.map((one) => ({ do: 'create', object: one, orExists: true }) as const),
    { do: 'create', object },
    { do: 'event', object: set, type: 'Normal', reason: 'SuccessfulCreate', message },
  ];
}

function remove(set: StatefulSet, pod: Pod): Action[] {
  const message = `delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`;
  return [
    { do: 'delete', object: pod },
    { do: 'event', object: set, type: 'Normal', reason: 'SuccessfulDelete', message },
  ];
}

/** The highest pod that is not of the new revision goes, when all above it are healthy. */
function updateStep(scene: Scene, wanted: readonly number[]): Action[] {
  const { set, pods, update } = scene;
  const partition = set.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  for (const ordinal of [...wanted].reverse()) {
    if (ordinal < partition) return [];
    const pod = pods.get(ordinal);
    if (pod !== undefined && !isTerminating(pod) && revisionName(pod) !== update.metadata.name) return remove(set, pod);
    if (!isHealthy(pod, scene)) return [];
  }
  return [];
}

function statusOf(scene: Scene) {
  const { set, update, current, now } = scene;
  const pods = [...scene.pods.values()].filter((pod) => !isFinished(pod));
  const of = (revision: ControllerRevision): number =>
    pods.filter((pod) => !isTerminating(pod) && revisionName(pod) === revision.metadata.name).length;
  const waits = pods.map((pod) => availableInMs(pod, set.spec.minReadySeconds ?? 0, now));
  const updated = of(update);
  const ready = pods.filter(isReady).length;
  const complete = updated === (set.spec.replicas ?? 1) && ready === updated && pods.length === updated;
  const name = (complete ? update : current).metadata.name;
  const status = {
    ...(set.metadata.generation === undefined ? {} : { observedGeneration: set.metadata.generation }),
    replicas: pods.length,
    ...withoutZeros({
      readyReplicas: ready,
      currentReplicas: complete ? updated : of(current),
      updatedReplicas: updated,
    }),
    availableReplicas: waits.filter((wait) => wait === 0).length,
    currentRevision: name,
    updateRevision: update.metadata.name,
    collisionCount: 0,
  };
  return { status, againMs: soonest(...waits.filter((wait) => wait !== undefined && wait > 0)) };
}
