import { randomInt } from 'node:crypto';
import type { KubeObject, OwnerReference } from '../../core/resource.ts';
import type { Pod, PodCondition, PodTemplate } from './types.ts';

/** RFC 3339 in whole seconds, as Kubernetes writes times. */
export function stamp(now: Date): string {
  return `${now.toISOString().slice(0, 19)}Z`;
}

function conditionOf(pod: Pod, type: string): PodCondition | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}

export function isReady(pod: Pod): boolean {
  return conditionOf(pod, 'Ready')?.status === 'True';
}

export function isFinished(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

export function isTerminating(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}

/** Counts towards the replicas of its owner. */
export function isActive(pod: Pod): boolean {
  return !isFinished(pod) && !isTerminating(pod);
}

/** Milliseconds until a ready pod counts as available: 0 when it does, undefined when it is not ready. */
export function availableInMs(pod: Pod, minReadySeconds: number, now: Date): number | undefined {
  const ready = conditionOf(pod, 'Ready');
  if (ready?.status !== 'True') return undefined;
  if (minReadySeconds === 0) return 0;
  return Math.max(0, Date.parse(ready.lastTransitionTime) + minReadySeconds * 1000 - now.getTime());
}

export function ownerReference(owner: KubeObject): OwnerReference {
  const { apiVersion, kind, metadata } = owner;
  return {
    apiVersion,
    kind,
    name: metadata.name,
    uid: metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** The alphabet of generated names: no vowels, no digits that look like letters. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

export function randomName(prefix: string): string {
  const suffix = Array.from({ length: 5 }, () => alphabet[randomInt(alphabet.length)]).join('');
  return `${prefix.slice(0, 63 - suffix.length)}${suffix}`;
}

/** A pod of a workload. `name` ending in `-` gets a random suffix. */
export function podFrom(
  owner: KubeObject,
  template: PodTemplate,
  name: string,
  extra: Record<string, string> = {},
): Pod {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: name.endsWith('-') ? randomName(name) : name,
      ...(name.endsWith('-') ? { generateName: name } : {}),
      namespace: owner.metadata.namespace ?? '',
      labels: { ...labels, ...extra },
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [ownerReference(owner)],
    },
    spec: structuredClone(template.spec),
  };
}
