import { Cron } from 'croner';
import { controllerOf, type KubeObject } from '../../core/resource.ts';
import { type Action, type Decision, decide, nothing } from '../cluster/action.ts';
import { sameJson } from '../cluster/json.ts';
import { isTerminating, ownerReference, stamp } from '../cluster/pods.ts';
import type { Job, JobSpec, Meta } from '../cluster/types.ts';
import { finishedCondition } from './job/verdict.ts';

export type CronJob = KubeObject & {
  metadata: Meta;
  spec: {
    schedule: string;
    timeZone?: string;
    suspend?: boolean;
    concurrencyPolicy?: 'Allow' | 'Forbid' | 'Replace';
    startingDeadlineSeconds?: number;
    successfulJobsHistoryLimit?: number;
    failedJobsHistoryLimit?: number;
    jobTemplate: { metadata?: Partial<Meta>; spec: JobSpec };
  };
  status?: { active?: object[]; lastScheduleTime?: string; lastSuccessfulTime?: string };
};

/** One pass over a CronJob. `jobs`: all of its namespace. */
export function planCronJob(cron: CronJob, jobs: readonly Job[], now: Date): Decision {
  const owned = jobs.filter((job) => controllerOf(job)?.uid === cron.metadata.uid);
  const active = owned.filter((job) => finishedCondition(job) === undefined && !isTerminating(job));
  const actions = forgetJobs(cron, owned);
  if (isTerminating(cron)) return nothing;
  const due = cron.spec.suspend ? undefined : dueTime(cron, now);
  const started = due === undefined ? [] : startAt(cron, due, active);
  const made = started.find((action) => action.do === 'create');
  const status = statusOf(cron, owned, active, made === undefined ? undefined : due);
  const report: Action[] = sameJson(status, cron.status ?? {}) ? [] : [{ do: 'status', object: cron, status }];
  const next = cron.spec.suspend ? undefined : scheduleOf(cron)?.nextRun(now);
  return decide([...actions, ...started, ...report], next ? next.getTime() - now.getTime() : undefined);
}

/** Undefined for a schedule that cannot be read: the API server refuses those, an older one may have let it in. */
function scheduleOf({ spec: { schedule, timeZone } }: CronJob): Cron | undefined {
  try {
    // Kubernetes reads schedules in the zone of its controller: UTC here, so that every machine does the same.
    return new Cron(schedule, { paused: true, timezone: timeZone ?? 'UTC' });
  } catch {
    return undefined;
  }
}

/** The latest time of the schedule that has come and has no Job yet; times missed before it are skipped. */
function dueTime(cron: CronJob, now: Date): Date | undefined {
  const { startingDeadlineSeconds: deadline } = cron.spec;
  const last = Date.parse(cron.status?.lastScheduleTime ?? cron.metadata.creationTimestamp ?? '');
  const earliest = deadline === undefined ? last : Math.max(last, now.getTime() - deadline * 1000);
  const schedule = scheduleOf(cron);
  const latest = schedule?.previousRuns(1, new Date(now.getTime() + 1))[0];
  return latest !== undefined && latest.getTime() > earliest && latest <= now ? latest : undefined;
}

function startAt(cron: CronJob, due: Date, active: readonly Job[]): Action[] {
  const policy = cron.spec.concurrencyPolicy ?? 'Allow';
  if (policy === 'Forbid' && active.length > 0) return [];
  const replaced: Action[] = policy === 'Replace' ? active.map((object) => ({ do: 'delete', object })) : [];
  const object = jobAt(cron, due);
  const message = `Created job ${object.metadata.name}`;
  return [
    ...replaced,
    { do: 'create', object, orExists: true },
    { do: 'event', object: cron, type: 'Normal', reason: 'SuccessfulCreate', message },
  ];
}

function jobAt(cron: CronJob, due: Date): KubeObject {
  const { metadata, spec } = cron.spec.jobTemplate;
  const annotations = { ...metadata?.annotations, 'batch.kubernetes.io/cronjob-scheduled-timestamp': stamp(due) };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      // The scheduled minute in the name: one Job a time, however often this runs.
      name: `${cron.metadata.name}-${Math.floor(due.getTime() / 60_000)}`,
      namespace: cron.metadata.namespace ?? '',
      ...(metadata?.labels === undefined ? {} : { labels: metadata.labels }),
      annotations,
      ownerReferences: [ownerReference(cron)],
    },
    spec,
  };
}

function statusOf(cron: CronJob, owned: readonly Job[], active: readonly Job[], started: Date | undefined) {
  const ends = owned
    .filter((job) => finishedCondition(job) === 'Complete')
    .map((job) => job.status?.completionTime ?? '');
  const lastSuccessfulTime = [cron.status?.lastSuccessfulTime ?? '', ...ends].sort().at(-1);
  const lastScheduleTime = started === undefined ? cron.status?.lastScheduleTime : stamp(started);
  const references = active.map(({ metadata: { name, namespace, uid, resourceVersion } }) => {
    const known = (cron.status?.active ?? []).find((one) => (one as { uid?: string }).uid === uid);
    return known ?? { apiVersion: 'batch/v1', kind: 'Job', name, namespace, uid, resourceVersion };
  });
  return {
    ...(references.length === 0 ? {} : { active: references }),
    ...(lastScheduleTime === undefined ? {} : { lastScheduleTime }),
    ...(lastSuccessfulTime ? { lastSuccessfulTime } : {}),
  };
}

function forgetJobs(cron: CronJob, owned: readonly Job[]): Action[] {
  const { successfulJobsHistoryLimit = 3, failedJobsHistoryLimit = 1 } = cron.spec;
  const oldest = (type: 'Complete' | 'Failed', limit: number): Job[] => {
    const finished = owned.filter((job) => finishedCondition(job) === type && !isTerminating(job));
    finished.sort(
      (a, b) => Date.parse(a.metadata.creationTimestamp ?? '') - Date.parse(b.metadata.creationTimestamp ?? ''),
    );
    return finished.slice(0, Math.max(0, finished.length - limit));
  };
  const surplus = [...oldest('Complete', successfulJobsHistoryLimit), ...oldest('Failed', failedJobsHistoryLimit)];
  return surplus.map((object) => ({ do: 'delete', object }) as const);
}
