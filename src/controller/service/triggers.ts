import { isDeepStrictEqual } from 'node:util';
import { isFinished } from '../../apply/janitor.ts';
import type { Key } from '../../core/key.ts';
import { controllerOf, type KubeObject } from '../../core/resource.ts';
import { byOwner, type Caches, ownerId } from '../caches.ts';
import { concernsItself, isGoing } from '../changes.ts';
import { type Graph, graphIndexers, keyOf, matters, neighbours, related } from '../graph.ts';

type Ring = (key: Key) => void;
type Spec = { source?: { releaseName?: string } };

/** Index: Services by their Helm release, as `namespace/name`. */
const byRelease = 'release';

/** The indexes that the cache of Services needs for `ringServices`. */
export const serviceIndexers = {
  ...graphIndexers,
  [byRelease]: (service: KubeObject) => [releaseOf(service)],
};

export function serviceKey({ metadata: { namespace = '', name } }: KubeObject): Key {
  return { kind: 'Service', namespace, name };
}

/**
 * Rings Services for what happens in the cluster: their own changes, their Jobs, cluster Secrets, namespaces; and what
 * has to do with them in the graph of dependencies.
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
      if (concernsItself(before, after)) ring(keyOf((after ?? before) as KubeObject));
      for (const key of neighbours(caches, before, after)) ring(key);
      if (matters(before, after)) for (const key of rivals(caches, before, after)) ring(key);
    }),
    ringForJobs(jobs, pods, 'Service', ring),
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

/** Rings the owners of this kind for their Jobs and what becomes of the Jobs' pods. */
export function ringForJobs(jobs: Caches['jobs'], pods: Caches['pods'], kind: string, ring: Ring): () => void {
  const stops = [
    jobs.onChange((before, after) => {
      // Our tidying up behind a Job is no news of it.
      const same = before !== undefined && after !== undefined && !isGoing(before, after);
      if (!same || !isDeepStrictEqual(before['status'], after['status'])) ringOwner(after ?? before, kind, ring);
    }),
    pods.onChange((before, after) => {
      const { namespace = '', labels } = (after ?? before)?.metadata ?? {};
      const name = labels?.['batch.kubernetes.io/job-name'];
      if (name !== undefined) ringOwner(jobs.get({ namespace, name }), kind, ring);
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

/** The other objects that the plan of a Service reads: what is related to it, and who wants its release. */
export function concerned(graph: Graph, self: KubeObject): KubeObject[] {
  const found = related(graph, self);
  for (const rival of graph.services.by(byRelease, releaseOf(self))) {
    if (rival.metadata.name !== self.metadata.name) found.add(rival);
  }
  return [...found];
}

/** Those who want its release, also the one that it has let go of. */
function rivals({ services }: Caches, before: KubeObject | undefined, after: KubeObject | undefined): Key[] {
  if (before?.metadata.generation === after?.metadata.generation) return [];
  const releases = new Set([before, after].flatMap((object) => (object === undefined ? [] : releaseOf(object))));
  return [...releases].flatMap((release) => services.by(byRelease, release).map(serviceKey));
}

function releaseOf(service: KubeObject): string {
  const { namespace, name } = service.metadata;
  return `${namespace}/${((service['spec'] ?? {}) as Spec).source?.releaseName ?? name}`;
}

function ringOwner(object: KubeObject | undefined, kind: string, ring: Ring): void {
  const owner = object && controllerOf(object);
  if (owner?.kind !== kind) return;
  ring({ kind, namespace: object?.metadata.namespace ?? '', name: owner.name });
}
