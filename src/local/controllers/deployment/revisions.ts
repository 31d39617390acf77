import { canonicalJson, sha256 } from '../../../core/hash.ts';
import { ownerReference } from '../../cluster/pods.ts';
import type { Deployment, PodTemplate, ReplicaSet } from '../../cluster/types.ts';

const hashLabel = 'pod-template-hash';
export const revisionAnnotation = 'deployment.kubernetes.io/revision';
const historyAnnotation = 'deployment.kubernetes.io/revision-history';
const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas';
const maxAnnotation = 'deployment.kubernetes.io/max-replicas';

/** Annotations of a Deployment that are not copied to its ReplicaSets. */
const notCopied = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  historyAnnotation,
  desiredAnnotation,
  maxAnnotation,
  'deprecated.deployment.rollback.to',
]);

const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** Ten characters that name a pod template: equal templates, equal hash. */
export function templateHash(template: PodTemplate, collisions = 0): string {
  const digest = Buffer.from(sha256(`${canonicalJson(plain(template))}${collisions || ''}`), 'hex');
  return [...digest.subarray(0, 10)].map((byte) => alphabet[byte % alphabet.length]).join('');
}

/** The template without what the Deployment controller added to it. */
function plain(template: PodTemplate): PodTemplate {
  const { [hashLabel]: _hash, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

function sameTemplate(a: PodTemplate, b: PodTemplate): boolean {
  return canonicalJson(plain(a)) === canonicalJson(plain(b));
}

export function byAge(a: ReplicaSet, b: ReplicaSet): number {
  const times = Date.parse(a.metadata.creationTimestamp ?? '') - Date.parse(b.metadata.creationTimestamp ?? '');
  return times || (a.metadata.name < b.metadata.name ? -1 : 1);
}

export function revisionOf(set: ReplicaSet): number {
  return Number(set.metadata.annotations?.[revisionAnnotation] ?? 0) || 0;
}

/** The ReplicaSet of the Deployment's present template, and the others. The oldest wins where several fit. */
export function splitSets(deployment: Deployment, sets: readonly ReplicaSet[]) {
  const sorted = [...sets].sort(byAge);
  const current = sorted.find((set) => sameTemplate(set.spec.template, deployment.spec.template));
  return { current, old: sorted.filter((set) => set !== current) };
}

/** Annotations that the current ReplicaSet is to have; its revision is above that of every other. */
export function setAnnotations(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
  maxReplicas: number,
): Record<string, string> {
  const above = Math.max(0, ...old.map(revisionOf)) + 1;
  const before = current === undefined ? 0 : revisionOf(current);
  const copied = Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => !notCopied.has(key));
  const past = current?.metadata.annotations?.[historyAnnotation];
  const history = before > 0 && before < above ? [past, before].filter(Boolean).join(',') : past;
  return {
    ...Object.fromEntries(copied),
    [revisionAnnotation]: String(Math.max(above, before)),
    [desiredAnnotation]: String(deployment.spec.replicas ?? 1),
    [maxAnnotation]: String(maxReplicas),
    ...(history === undefined ? {} : { [historyAnnotation]: history }),
  };
}

export function newSet(deployment: Deployment, replicas: number, annotations: Record<string, string>): ReplicaSet {
  const { template, selector, minReadySeconds } = deployment.spec;
  const hash = templateHash(template, deployment.status?.collisionCount);
  const labels = { ...template.metadata?.labels, [hashLabel]: hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace ?? '',
      labels,
      annotations,
      ownerReferences: [ownerReference(deployment)],
    },
    spec: {
      replicas,
      ...(minReadySeconds ? { minReadySeconds } : {}),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [hashLabel]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}
