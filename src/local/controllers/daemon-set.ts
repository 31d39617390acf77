import type { KubeObject } from '../../core/resource.ts';
import { type Action, type Decision, decide, soonest } from '../cluster/action.ts';
import { claim } from '../cluster/claim.ts';
import { sameJson, withoutZeros } from '../cluster/json.ts';
import { availableInMs, isFinished, isReady, isTerminating, podFrom } from '../cluster/pods.ts';
import type { LabelSelector, Pod, PodTemplate } from '../cluster/types.ts';
import { type ControllerRevision, forgetRevisions, presentRevision, revisionHashLabel } from './revisions.ts';

export type DaemonSet = KubeObject & {
  spec: {
    minReadySeconds?: number;
    revisionHistoryLimit?: number;
    updateStrategy?: { type?: string };
    selector: LabelSelector;
    template: PodTemplate;
  };
};

const generationAnnotation = 'deprecated.daemonset.template.generation';

/** A daemon stays on a node that is in trouble. */
const tolerations = [
  ...['not-ready', 'unreachable'].map((trouble) => toleration(trouble, 'NoExecute')),
  ...['disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable'].map((one) => toleration(one, 'NoSchedule')),
];

function toleration(trouble: string, effect: string) {
  return { key: `node.kubernetes.io/${trouble}`, operator: 'Exists', effect };
}

type Placed = Readonly<{ node: string; pods: readonly Pod[] }>;

/** One pass over a DaemonSet. `pods` and `revisions`: all of its namespace. */
export function planDaemonSet(
  set: DaemonSet,
  nodes: readonly KubeObject[],
  pods: readonly Pod[],
  revisions: readonly ControllerRevision[],
  now: Date,
): Decision {
  const { owned, actions } = claim(set, set.spec.selector, pods);
  const ownRevisions = claim(set, set.spec.selector, revisions).owned;
  const { present, actions: history } = presentRevision(set, ownRevisions);
  const hash = present.metadata.labels?.[revisionHashLabel] ?? '';
  const selector = { matchLabels: set.spec.template.spec.nodeSelector ?? {} };
  const places: Placed[] = nodes
    .filter(({ metadata }) =>
      Object.entries(selector.matchLabels).every(([key, value]) => metadata.labels?.[key] === value),
    )
    .map(({ metadata }) => ({ node: metadata.name, pods: owned.filter((pod) => placeOf(pod) === metadata.name) }));
  const steps = isTerminating(set) ? [] : [...history, ...places.flatMap((place) => tend(set, place, hash))];
  const { status, againMs } = statusOf(set, places, hash, now);
  const used = new Set(owned.map((pod) => `${set.metadata.name}-${pod.metadata.labels?.[revisionHashLabel]}`));
  const old = forgetRevisions(set, ownRevisions, used.add(present.metadata.name));
  const report: Action[] = sameJson(status, set['status']) ? [] : [{ do: 'status', object: set, status }];
  return decide([...actions, ...steps, ...old, ...report], againMs);
}

/** The node that a pod is on or is meant for. */
function placeOf(pod: Pod): string | undefined {
  if (pod.spec.nodeName) return pod.spec.nodeName;
  const { affinity } = pod.spec as { affinity?: ReturnType<typeof affinityFor> };
  const term = affinity?.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0];
  return term?.matchFields[0]?.values[0];
}

function affinityFor(node: string) {
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node] }];
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] } } };
}

/** One pod a node; a pod of an old template goes before the new one comes. */
function tend(set: DaemonSet, { node, pods }: Placed, hash: string): Action[] {
  const [pod, ...surplus] = pods;
  if (pod === undefined) return createPod(set, node, hash);
  const outdated = pod.metadata.labels?.[revisionHashLabel] !== hash && set.spec.updateStrategy?.type !== 'OnDelete';
  const going = [...surplus, ...(isFinished(pod) || outdated ? [pod] : [])].filter((one) => !isTerminating(one));
  return going.flatMap((object) => [
    { do: 'delete', object },
    {
      do: 'event',
      object: set,
      type: 'Normal',
      reason: 'SuccessfulDelete',
      message: `Deleted pod: ${object.metadata.name}`,
    },
  ]);
}

function createPod(set: DaemonSet, node: string, hash: string): Action[] {
  const generation = set.metadata.annotations?.[generationAnnotation];
  const labels = { [revisionHashLabel]: hash, ...(generation ? { 'pod-template-generation': generation } : {}) };
  const object = podFrom(set, set.spec.template, `${set.metadata.name}-`, labels);
  object.spec['affinity'] = affinityFor(node);
  object.spec['tolerations'] = [...((object.spec['tolerations'] ?? []) as object[]), ...tolerations];
  const message = `Created pod: ${object.metadata.name}`;
  return [
    { do: 'create', object },
    { do: 'event', object: set, type: 'Normal', reason: 'SuccessfulCreate', message },
  ];
}

function statusOf(set: DaemonSet, places: readonly Placed[], hash: string, now: Date) {
  const pods = places.flatMap((place) => place.pods.filter((pod) => !isTerminating(pod)).slice(0, 1));
  const waits = pods.map((pod) => availableInMs(pod, set.spec.minReadySeconds ?? 0, now));
  const available = waits.filter((wait) => wait === 0).length;
  const status = {
    currentNumberScheduled: pods.length,
    desiredNumberScheduled: places.length,
    numberMisscheduled: 0,
    numberReady: pods.filter(isReady).length,
    ...withoutZeros({
      observedGeneration: set.metadata.generation,
      updatedNumberScheduled: pods.filter(({ metadata }) => metadata.labels?.[revisionHashLabel] === hash).length,
      numberAvailable: available,
      numberUnavailable: places.length - available,
    }),
  };
  return { status, againMs: soonest(...waits.filter((wait) => wait !== undefined && wait > 0)) };
}
