import { isDeepStrictEqual } from 'node:util';
import { isFinished } from '../../apply/janitor.ts';
import type { Key } from '../../core/key.ts';
import type { KubeObject } from '../../core/resource.ts';
import { byOwner, type Caches, ownerId } from '../caches.ts';
import { concernsItself, isGoing, isGone } from '../changes.ts';

type Ring = (key: Key) => void;
type Spec = { source?: { releaseName?: string }; dependencies?: { service?: (string | { name: string })[] } };
type Status = { state?: string; observedGeneration?: number; conditions?: { type: string; status: string }[] };

/** Index: Services by the Services that they depend on, as `namespace/name`. */
const byDependency = 'dependency';
/** Index: Services by their Helm release, as `namespace/name`. */
const byRelease = 'release';

/** The indexes that the cache of Services needs for `ringServices`. */
export const serviceIndexers = {
  [byDependency]: dependenciesOf,
  [byRelease]: (service: KubeObject) => [releaseOf(service)],
};

function dependenciesOf(service: KubeObject): string[] {
  return needed(service).map((name) => `${service.metadata.namespace}/${name}`);
}

/** Names of the Services that this one depends on itself. */
function needed(service: KubeObject): string[] {
  const spec = (service['spec'] ?? {}) as Spec;
  const names = (spec.dependencies?.service ?? []).map((item) => (typeof item === 'string' ? item : item.name));
  return [...new Set(names)];
}

export function serviceKey({ metadata: { namespace = '', name } }: KubeObject): Key {
  return { kind: 'Service', namespace, name };
}

/**
 * Rings Services for what happens in the cluster: their own changes, their Jobs, cluster Secrets, namespaces, and each
 * other: a dependency that turns healthy wakes its dependents, a dependent that goes wakes what it depended on (E8, E9).
 *
 * @returns how to stop.
 */
export function ringServices(caches: Caches, ring: Ring): () => void {
  const { services, jobs, pods, clusterSecrets, namespaces } = caches;
  const all = () => {
    for (const service of services.list()) ring(serviceKey(service));
  };
  const stops = [
    services.onChange((before, after) => {
      if (concernsItself(before, after)) ring(serviceKey((after ?? before) as KubeObject));
      if (matters(before, after)) for (const key of neighbours(caches, before, after)) ring(key);
    }),
    jobs.onChange((before, after) => {
      // Our tidying up behind a Job is no news of it.
      const same = before !== undefined && after !== undefined && !isGoing(before, after);
      if (!same || !isDeepStrictEqual(before['status'], after['status'])) ringOwner(after ?? before, ring);
    }),
    pods.onChange((before, after) => ringJobOwner(caches, after ?? before, ring)),
    clusterSecrets.onChange(all),
    namespaces.onChange((before, after) => {
      if (!isGoing(before, after)) return;
      for (const service of services.by('namespace', (after ?? before)?.metadata.name ?? '')) ring(serviceKey(service));
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Whether a Job of this Service runs: its end rings it. */
export function hasActiveJob({ services, jobs }: Caches, key: Key): boolean {
  const uid = services.get(key)?.metadata.uid;
  return jobs.by(byOwner, ownerId(key.namespace, uid)).some((job) => !isFinished(job));
}

/**
 * The other Services that the plan of one reads: all that it needs, near or far, those that need it, and those that
 * want its release. Not all of the namespace: a thousand Services would be looked at a thousand times.
 */
export function concerned(services: Caches['services'], self: KubeObject): KubeObject[] {
  const found = new Set<KubeObject>();
  const add = (object: KubeObject | undefined) => {
    if (object !== undefined && object.metadata.name !== self.metadata.name) found.add(object);
  };
  const need = (object: KubeObject) => {
    for (const name of needed(object)) add(services.get({ namespace: self.metadata.namespace ?? '', name }));
  };
  need(self);
  // A Set visits what is added to it on the way.
  for (const object of found) need(object);
  for (const dependent of services.by(byDependency, `${self.metadata.namespace}/${self.metadata.name}`)) add(dependent);
  for (const rival of services.by(byRelease, releaseOf(self))) add(rival);
  return [...found];
}

/** Rings what waits for this Service. */
export function ringDependents({ services }: Caches, { namespace, name }: Key, ring: Ring): void {
  for (const dependent of services.by(byDependency, `${namespace}/${name}`)) ring(serviceKey(dependent));
}

/** True when what others look at has changed: existence, spec, deletion, state, readiness. Messages alone do not count. */
function matters(before: KubeObject | undefined, after: KubeObject | undefined): boolean {
  return !isDeepStrictEqual(shown(before), shown(after));
}

function shown(object: KubeObject | undefined) {
  if (object === undefined) return undefined;
  const { uid, generation, deletionTimestamp } = object.metadata;
  const { state, observedGeneration, conditions = [] } = (object['status'] ?? {}) as Status;
  const ready = conditions.find((condition) => condition.type === 'Ready')?.status;
  return [uid, generation, deletionTimestamp !== undefined, state, observedGeneration, ready];
}

/** Dependents, dependencies as they were and are, rivals for the release; all that can be on a cycle with it. */
function neighbours({ services }: Caches, before: KubeObject | undefined, after: KubeObject | undefined): Key[] {
  const self = after ?? before;
  if (self === undefined) return [];
  const { namespace = '', name } = self.metadata;
  const dependents = services.by(byDependency, `${namespace}/${name}`);
  const moved = before?.metadata.generation !== after?.metadata.generation;
  // What it depends on waits for its going only (E9): how it fares is nothing to them.
  const going = moved || isGoing(before, after) || isGone(before, after);
  const dependencies = going ? [before, after].flatMap((object) => (object === undefined ? [] : needed(object))) : [];
  // Those who want the release that it has let go of, too.
  const releases = new Set([before, after].flatMap((object) => (object === undefined ? [] : releaseOf(object))));
  const rivals = moved ? [...releases].flatMap((release) => services.by(byRelease, release)) : [];
  return [
    ...dependents.map(serviceKey),
    ...dependencies.map((dependency) => ({ kind: 'Service', namespace, name: dependency })),
    ...rivals.map(serviceKey),
    ...(moved ? upstream(services, self) : []),
  ];
}

/** Everything that depends on it, near or far: a changed edge may close or open a cycle anywhere among them. */
function upstream(services: Caches['services'], self: KubeObject): Key[] {
  const seen = new Map<string, KubeObject>();
  const queue = [self];
  for (let object = queue.pop(); object !== undefined; object = queue.pop()) {
    for (const next of services.by(byDependency, `${object.metadata.namespace}/${object.metadata.name}`)) {
      if (seen.has(next.metadata.name)) continue;
      seen.set(next.metadata.name, next);
      queue.push(next);
    }
  }
  return [...seen.values()].map(serviceKey);
}

function releaseOf(service: KubeObject): string {
  const { namespace, name } = service.metadata;
  return `${namespace}/${((service['spec'] ?? {}) as Spec).source?.releaseName ?? name}`;
}

function ringOwner(object: KubeObject | undefined, ring: Ring): void {
  const owner = object?.metadata.ownerReferences?.find((reference) => reference.controller === true);
  if (owner?.kind !== 'Service') return;
  ring({ kind: 'Service', namespace: object?.metadata.namespace ?? '', name: owner.name });
}

function ringJobOwner({ jobs }: Caches, pod: KubeObject | undefined, ring: Ring): void {
  const name = pod?.metadata.labels?.['batch.kubernetes.io/job-name'];
  if (name === undefined) return;
  ringOwner(jobs.get({ namespace: pod?.metadata.namespace ?? '', name }), ring);
}
