import type { ServiceObject } from '../../api/service.ts';
import type { ObjectRef } from '../../core/plan.ts';
import { namespaceTopic, objectTopic } from '../topics.ts';

export function releaseTopic(namespace: string, release: string): string {
  return `release ${namespace}/${release}`;
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
  return [namespaceTopic(namespace), releaseTopic(namespace, spec.source.releaseName), ...objects.map(objectTopic)];
}
