import type { Telemetry } from '../core/telemetry.ts';
import type { WorkQueue } from '../engine/queue.ts';
import { apiVersion, type Caches } from './caches.ts';
import type { Reconcile } from './kinds.ts';
import type { Stats } from './options.ts';

/** The same, with each pass counted and timed. */
export function timed(reconcile: Reconcile, telemetry: Telemetry): Reconcile {
  return async (key, signal) => {
    const began = performance.now();
    try {
      return await reconcile(key, signal);
    } catch (error) {
      if (!signal.aborted) telemetry.settled(key.kind, 'fault');
      throw error;
    } finally {
      telemetry.passed(key.kind, performance.now() - began);
    }
  };
}

/** How the controller is doing now. Goes over all objects: for who asks a few times a minute. */
export function statsOf(
  caches: Caches,
  queues: Readonly<Record<'objects' | 'jobs', WorkQueue>>,
  quotas: Stats['quotas'],
): Stats {
  const depth = ({ length, running }: WorkQueue) => ({ waiting: length, running });
  return {
    queues: { objects: depth(queues.objects), jobs: depth(queues.jobs) },
    stalledMs: Math.max(queues.objects.stalledMs, queues.jobs.stalledMs),
    quotas,
    objects: Object.values(caches).flatMap((cache) => countByState(cache.list())),
  };
}

type Listed = ReturnType<Caches['services']['list']>;

/** Objects of ours only. */
function countByState(objects: Listed): Stats['objects'] {
  const counts = new Map<string, number>();
  const kind = objects.find((object) => object.apiVersion === apiVersion)?.kind;
  if (kind === undefined) return [];
  for (const object of objects) {
    const { state = '' } = (object['status'] ?? {}) as { state?: string };
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return [...counts].map(([state, count]) => ({ kind, state, count }));
}
