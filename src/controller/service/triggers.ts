import { isFinished } from '../../apply/janitor.ts';
import { type Key, keyOf, type Ring } from '../../core/key.ts';
import type { KubeObject } from '../../core/resource.ts';
import { byOwner, type Caches, ownerId } from '../caches.ts';
import { concernsItself } from '../changes.ts';
import { type Graph, graphIndexers, matters, neighbours, related } from '../graph.ts';
import { ringForClusterSecrets, ringForJobs, ringForNamespaces, type Stop, stopAll } from '../triggers.ts';

type Spec = { source?: { releaseName?: string } };

/** Index: Services by their Helm release, as `namespace/name`. */
const byRelease = 'release';

/** The indexes that the cache of Services needs for `ringServices`. */
export const serviceIndexers = {
  ...graphIndexers,
  [byRelease]: (service: KubeObject) => [releaseOf(service)],
};

/**
 * Rings Services for what happens in the cluster: their own changes, their Jobs, cluster Secrets, namespaces; and what
 * has to do with them in the graph of dependencies.
 */
export function ringServices(caches: Caches, ring: Ring): Stop {
  const { services, clusterSecrets, namespaces } = caches;
  return stopAll(
    services.onChange((before, after) => {
      if (concernsItself(before, after)) ring(keyOf((after ?? before) as KubeObject));
      for (const key of neighbours(caches, before, after)) ring(key);
      if (matters(before, after)) for (const key of rivals(caches, before, after)) ring(key);
    }),
    ringForJobs(caches, 'Service', ring),
    ringForClusterSecrets(clusterSecrets, services, ring),
    ringForNamespaces(namespaces, services, ring),
  );
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
  return [...releases].flatMap((release) => services.by(byRelease, release).map(keyOf));
}

function releaseOf(service: KubeObject): string {
  const { namespace, name } = service.metadata;
  return `${namespace}/${((service['spec'] ?? {}) as Spec).source?.releaseName ?? name}`;
}
