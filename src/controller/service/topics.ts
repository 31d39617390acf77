import type { ServiceObject } from '../../api/service.ts';
import type { ObjectRef } from '../../core/plan.ts';
import type { ReleaseRecord } from '../../source/cluster/releases.ts';

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

/** All that a Service looks at, by name. */
export function topicsOf(service: ServiceObject, release: ReleaseRecord | undefined): string[] {
  const { namespace } = service.metadata;
  const objects = (release?.objects ?? []).map(objectTopic);
  const isReady = service.status?.conditions?.find((condition) => condition.type === 'Ready')?.status === 'True';
  return [
    `namespace ${namespace}`,
    releaseTopic(namespace, service.spec.source.releaseName),
    ...objects,
    ...(isReady ? [] : [podTopic(namespace)]),
  ];
}
