import { isFinished, isReady, isTerminating } from '../../cluster/pods.ts';
import type { Job, Pod } from '../../cluster/types.ts';

/** Keeps a finished pod until its end is in the Job's counters, so that no end is lost or counted twice. */
export const trackingFinalizer = 'batch.kubernetes.io/job-tracking';
export const indexAnnotation = 'batch.kubernetes.io/job-completion-index';

export type Counts = Readonly<{
  /** Pods that run or will. */
  active: readonly Pod[];
  ready: number;
  terminating: number;
  succeeded: number;
  failed: number;
  /** Ended pods that are in no counter yet. */
  fresh: Readonly<{ succeeded: readonly Pod[]; failed: readonly Pod[] }>;
  /** Pods that are counted in `uncountedTerminatedPods` and still bear the finalizer. */
  counted: readonly Pod[];
}>;

export function hasFinalizer(pod: Pod): boolean {
  return pod.metadata.finalizers?.includes(trackingFinalizer) === true;
}

/**
 * How the pods of a Job stand. A pod that is being deleted before it ended counts as failed once it is gone from its
 * node: the real controller counts it at once when the Job replaces terminating pods, which is the default.
 */
export function countPods(job: Job, pods: readonly Pod[]): Counts {
  const uncounted = job.status?.uncountedTerminatedPods ?? {};
  const known = new Set([...(uncounted.succeeded ?? []), ...(uncounted.failed ?? [])]);
  const active = pods.filter((pod) => !isFinished(pod) && !isTerminating(pod));
  const ended = pods.filter((pod) => hasFinalizer(pod) && !known.has(pod.metadata.uid ?? ''));
  const succeeded = ended.filter((pod) => pod.status?.phase === 'Succeeded');
  const failed = ended.filter((pod) => pod.status?.phase === 'Failed' || (isTerminating(pod) && !isFinished(pod)));
  return {
    active,
    ready: active.filter(isReady).length,
    terminating: pods.filter((pod) => isTerminating(pod) && !isFinished(pod)).length,
    succeeded: (job.status?.succeeded ?? 0) + (uncounted.succeeded?.length ?? 0) + succeeded.length,
    failed: (job.status?.failed ?? 0) + (uncounted.failed?.length ?? 0) + failed.length,
    fresh: { succeeded, failed },
    counted: pods.filter((pod) => hasFinalizer(pod) && known.has(pod.metadata.uid ?? '')),
  };
}

/** `[0, 1, 2, 5]` → `0-2,5`, as `status.completedIndexes` is written. */
export function formatIndexes(indexes: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const index of [...new Set(indexes)].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === index - 1) last[1] = index;
    else runs.push([index, index]);
  }
  return runs
    .map(([from, to]) => (from === to ? `${from}` : to === from + 1 ? `${from},${to}` : `${from}-${to}`))
    .join(',');
}

export function parseIndexes(text: string | undefined): number[] {
  if (!text) return [];
  return text.split(',').flatMap((part) => {
    const [from = 0, to = from] = part.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, offset) => from + offset);
  });
}

export function indexOf(pod: Pod): number | undefined {
  const text = pod.metadata.annotations?.[indexAnnotation];
  return text === undefined ? undefined : Number(text);
}
