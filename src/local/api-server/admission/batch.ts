import { type Cause, invalidValue, required } from '../errors.ts';
import { type ApiObject, dig, equalJson, fallback, isMap, type Json, mapOf, put } from '../object.ts';
import { defaultTemplate } from './pod-spec.ts';
import type { Strategy } from './strategy.ts';

function defaultJobSpec(spec: Json): void {
  if (spec['completions'] === undefined && spec['parallelism'] === undefined) spec['completions'] = 1;
  fallback(spec, 'parallelism', 1);
  fallback(spec, 'backoffLimit', 6);
  fallback(spec, 'completionMode', 'NonIndexed');
  fallback(spec, 'suspend', false);
  fallback(spec, 'manualSelector', false);
  fallback(spec, 'podReplacementPolicy', 'TerminatingOrFailed');
  defaultTemplate(spec['template']);
}

/** The selector that the server makes, and the labels that go with it. */
function generateSelector(job: ApiObject): void {
  const { uid, name } = job.metadata;
  const labels = {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  };
  const own = mapOf(dig(job, 'spec', 'template', 'metadata', 'labels'));
  put(job, ['spec', 'template', 'metadata', 'labels'], { ...own, ...labels });
  if (Object.keys(job.metadata.labels ?? {}).length === 0) {
    job.metadata.labels = { ...own, ...labels } as Record<string, string>;
  }
  put(job, ['spec', 'selector', 'matchLabels'], { 'batch.kubernetes.io/controller-uid': uid });
}

function templateErrors(template: unknown, path: string): Cause[] {
  const policy = dig(template, 'spec', 'restartPolicy');
  if (policy === 'Never' || policy === 'OnFailure') return [];
  return [required(`${path}.spec.restartPolicy`, 'valid values: "OnFailure", "Never"')];
}

const fixed = ['completions', 'selector', 'template', 'completionMode'];

function jobErrors(job: ApiObject, old: ApiObject | undefined): Cause[] {
  const causes = templateErrors(dig(job, 'spec', 'template'), 'spec.template');
  if (old === undefined) return causes;
  // A suspended Job's template may still be changed by what starts it.
  const paused = dig(old, 'spec', 'suspend') === true && dig(old, 'status', 'startTime') === undefined;
  const changed = fixed.filter(
    (field) => !(paused && field === 'template') && !equalJson(dig(job, 'spec', field), dig(old, 'spec', field)),
  );
  return [
    ...causes,
    ...changed.map((field) => invalidValue(`spec.${field}`, dig(job, 'spec', field), 'field is immutable')),
  ];
}

const jobs: Strategy = {
  generation: 'spec',
  defaultPropagation: 'Orphan',
  create(job) {
    if (dig(job, 'spec', 'manualSelector') !== true && isMap(dig(job, 'spec', 'template'))) generateSelector(job);
    job['status'] = {};
  },
  defaults(job) {
    if (isMap(job['spec'])) defaultJobSpec(job['spec']);
  },
  validate: jobErrors,
};

const cronJobs: Strategy = {
  generation: 'spec',
  create(object) {
    object['status'] = {};
  },
  defaults(object) {
    const { spec } = object;
    if (!isMap(spec)) return;
    fallback(spec, 'concurrencyPolicy', 'Allow');
    fallback(spec, 'suspend', false);
    fallback(spec, 'successfulJobsHistoryLimit', 3);
    fallback(spec, 'failedJobsHistoryLimit', 1);
    const template = dig(spec, 'jobTemplate', 'spec', 'template');
    fallback(mapOf(spec['jobTemplate']), 'metadata', {});
    defaultTemplate(template);
  },
  validate: (object) =>
    templateErrors(dig(object, 'spec', 'jobTemplate', 'spec', 'template'), 'spec.jobTemplate.spec.template'),
};

export const batch: Record<string, Strategy> = { 'batch/jobs': jobs, 'batch/cronjobs': cronJobs };
