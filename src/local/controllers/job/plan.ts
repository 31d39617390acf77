import { controllerOf } from '../../../core/resource.ts';
import { type Action, type Decision, decide, soonest } from '../../cluster/action.ts';
import { claim } from '../../cluster/claim.ts';
import { sameJson } from '../../cluster/json.ts';
import { isFinished, isTerminating, podFrom, randomName } from '../../cluster/pods.ts';
import type { Job, Pod } from '../../cluster/types.ts';
import {
  type Counts,
  countPods,
  hasFinalizer,
  indexAnnotation,
  indexOf,
  parseIndexes,
  trackingFinalizer,
} from './counts.ts';
import { jobStatus } from './status.ts';
import { backOffMs, deadlineInMs, finishedCondition, judge, pendingVerdict } from './verdict.ts';

/** One pass over a Job. `pods`: all of its namespace. */
export function planJob(job: Job, pods: readonly Pod[], now: Date): Decision {
  const { owned, actions } = claim(job, job.spec.selector, pods);
  if (finishedCondition(job) !== undefined) {
    const free = owned.filter(hasFinalizer).map(releasePod);
    return decide([...actions, ...free, ...expire(job, now)], ttlInMs(job, now));
  }
  if (isTerminating(job)) return decide([...actions, ...owned.filter(hasFinalizer).map(releasePod)]);
  const counts = countPods(job, owned);
  const verdict = pendingVerdict(job) ?? judge(job, counts, now.getTime());
  const scaling = verdict || job.spec.suspend ? stop(job, counts) : scale(job, counts, owned, now);
  const status = jobStatus(job, owned, counts, verdict, now);
  const steps = [...actions, ...counts.counted.map(releasePod), ...scaling.actions];
  if (!sameJson(status.status, job.status)) steps.push({ do: 'status', object: job, status: status.status });
  steps.push(...status.events);
  return decide(steps, soonest(deadlineInMs(job, now.getTime()), scaling.againMs));
}

function releasePod(pod: Pod): Action {
  const finalizers = (pod.metadata.finalizers ?? []).filter((one) => one !== trackingFinalizer);
  return { do: 'patch', object: pod, patch: { metadata: { uid: pod.metadata.uid, finalizers } } };
}

/** Pods whose Job is gone: nobody counts them any more. */
export function releaseOrphans(pods: readonly Pod[]): Action[] {
  return pods.filter((pod) => controllerOf(pod)?.kind === 'Job' && hasFinalizer(pod)).map(releasePod);
}

/** Pods that still run when a Job is over or suspended are stopped. */
function stop(job: Job, counts: Counts): { actions: Action[]; againMs?: number } {
  return { actions: counts.active.flatMap((pod) => deletePod(job, pod)) };
}

function scale(job: Job, counts: Counts, owned: readonly Pod[], now: Date): { actions: Action[]; againMs?: number } {
  const wanted = wantedActive(job, counts);
  const surplus = counts.active.length - wanted;
  if (surplus > 0) return { actions: counts.active.slice(0, surplus).flatMap((pod) => deletePod(job, pod)) };
  if (surplus === 0) return { actions: [] };
  const wait = backOffMs(owned, now.getTime());
  if (wait > 0) return { actions: [], againMs: wait };
  const indexes = freeIndexes(job, owned);
  return { actions: Array.from({ length: -surplus }, (_, at) => createPod(job, indexes[at])).flat() };
}

/** Pods that should run now: `parallelism` at most, and no more than are still to succeed. */
function wantedActive(job: Job, counts: Counts): number {
  const parallelism = job.spec.parallelism ?? 1;
  if (job.spec.completions !== undefined) return Math.min(parallelism, job.spec.completions - counts.succeeded);
  // A work queue: once one pod has succeeded no new ones start.
  return counts.succeeded > 0 ? Math.min(parallelism, counts.active.length) : parallelism;
}

/** Completion indexes that no pod has or has had with success; empty for Jobs that are not indexed. */
function freeIndexes(job: Job, owned: readonly Pod[]): number[] {
  if (job.spec.completionMode !== 'Indexed') return [];
  const held = owned.filter((pod) => pod.status?.phase === 'Succeeded' || (!isFinished(pod) && !isTerminating(pod)));
  const taken = new Set([...parseIndexes(job.status?.completedIndexes), ...held.map(indexOf)]);
  return Array.from({ length: job.spec.completions ?? 1 }, (_, index) => index).filter((index) => !taken.has(index));
}

function createPod(job: Job, index: number | undefined): Action[] {
  const name = index === undefined ? `${job.metadata.name}-` : `${job.metadata.name}-${index}-`;
  const pod = podFrom(job, job.spec.template, name);
  pod.metadata.finalizers = [...(pod.metadata.finalizers ?? []), trackingFinalizer];
  if (index !== undefined) {
    pod.metadata.annotations = { ...pod.metadata.annotations, [indexAnnotation]: String(index) };
    pod.metadata.labels = { ...pod.metadata.labels, [indexAnnotation]: String(index) };
    pod.spec.hostname = `${job.metadata.name}-${index}`;
    const fieldRef = { apiVersion: 'v1', fieldPath: `metadata.labels['${indexAnnotation}']` };
    const env = { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef } };
    for (const container of pod.spec.containers) container.env = [...(container.env ?? []), env];
    pod.metadata.name = randomName(name);
  }
  const message = `Created pod: ${pod.metadata.name}`;
  return [
    { do: 'create', object: pod },
    { do: 'event', object: job, type: 'Normal', reason: 'SuccessfulCreate', message },
  ];
}

function deletePod(job: Job, pod: Pod): Action[] {
  const message = `Deleted pod: ${pod.metadata.name}`;
  return [
    { do: 'delete', object: pod },
    { do: 'event', object: job, type: 'Normal', reason: 'SuccessfulDelete', message },
  ];
}

/** Milliseconds until `ttlSecondsAfterFinished` is over. */
function ttlInMs(job: Job, now: Date): number | undefined {
  const ttl = job.spec.ttlSecondsAfterFinished;
  if (ttl === undefined || isTerminating(job)) return undefined;
  const done = job.status?.conditions?.find(({ type }) => type === 'Complete' || type === 'Failed');
  return Date.parse(done?.lastTransitionTime ?? '') + ttl * 1000 - now.getTime();
}

function expire(job: Job, now: Date): Action[] {
  const left = ttlInMs(job, now);
  return left !== undefined && left <= 0 ? [{ do: 'delete', object: job, propagation: 'Foreground' }] : [];
}
