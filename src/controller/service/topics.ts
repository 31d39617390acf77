import type { ServiceObject } from '../../api/service.ts';
import type { ObjectRef } from '../../core/plan.ts';

export function releaseTopic(namespace: string, release: string): string {
  return `release ${namespace}/${release}`;
}

/** All versions of an API name one object. */
export function objectTopic({ apiVersion, kind, namespace, name }: ObjectRef): string {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
  return `object ${group}/${kind} ${namespace ?? ''}/${name}`;
}

/** Pods have no name that a release knows: a change of one concerns what is not healthy in its namespace. */
export function podTopic(namespace: string): string {
  return `pods ${namespace}`;
}

/** By what a change of an object is heard of. */
export function topicOf(ref: ObjectRef): string {
  return ref.apiVersion === 'v1' && ref.kind === 'Pod' ? podTopic(ref.namespace ?? '') : objectTopic(ref);
}

/** What a Service looks at, by name; pods apart. */
export function topicsOf({ metadata: { namespace }, spec }: ServiceObject, objects: readonly ObjectRef[]): string[] {
  return [`namespace ${namespace}`, releaseTopic(namespace, spec.source.releaseName), ...objects.map(objectTopic)];
}
