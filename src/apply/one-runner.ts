import type { JobRequest } from '../core/plan.ts';
import { isAlive } from '../core/pod.ts';
import type { Failure } from '../core/result.ts';
import type { KubeClient } from '../kube/client.ts';
import { objectLabels } from './job-shape.ts';

/** Kubernetes writes a Job's uid there, on its pods. */
export const jobUidLabel = 'batch.kubernetes.io/controller-uid';
/** Milliseconds until it is looked again: the watch that should have told of the pods may hang. */
const lookMs = 5_000;

/**
 * E31: the last look before a run begins, at the API server and with the controller's own rights. The plan knows of pods by
 * a watch, and one that hangs does not tell of a pod whose Job somebody has deleted. Undefined: nothing runs beside this
 * Job. Rejects with KubeError.
 */
export async function othersRun(
  client: Pick<KubeClient, 'list' | 'find'>,
  job: JobRequest,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const { namespace, name } = job;
  const labelSelector = Object.entries(objectLabels(job))
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const { items } = await client.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace, labelSelector }, signal);
  const alive = items.filter(isAlive);
  if (alive.length === 0) return undefined;
  const own = await client.find({ apiVersion: 'batch/v1', kind: 'Job', namespace, name }, signal);
  const others = alive.filter(
    ({ metadata: { labels } }) => own === undefined || labels?.[jobUidLabel] !== own.metadata.uid,
  );
  if (others.length === 0) return undefined;
  const names = others
    .map(({ metadata }) => metadata.name)
    .sort()
    .slice(0, 3);
  const message = `waiting for the pods of an earlier run to end: ${names.join(', ')}`;
  return { kind: 'waiting', reason: 'PodTerminating', message, retryAfterMs: lookMs };
}
