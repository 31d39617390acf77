import { type ApiObject, dig, type Json, mapOf, mapsOf, numberOf, textOf } from '../object.ts';
import { formatSelector } from '../selectors/labels.ts';
import { age, humanDuration } from './duration.ts';
import { type Cell, none, orNone, type Printer, printer } from './printer.ts';

const wide = ['Containers*', 'Images*'];
const wideSelector = [...wide, 'Selector*'];

function containers(object: ApiObject, ...path: string[]): [string, string] {
  const list = mapsOf(dig(object, ...path, 'spec', 'containers'));
  return [list.map((one) => textOf(one['name'])).join(','), list.map((one) => textOf(one['image'])).join(',')];
}

const template = ['spec', 'template'];

function selectorOf(object: ApiObject): string {
  return orNone(formatSelector(dig(object, 'spec', 'selector')));
}

function count(object: ApiObject, ...path: string[]): number {
  return numberOf(dig(object, ...path));
}

function replicaRow(object: ApiObject): Cell[] {
  return [
    count(object, 'spec', 'replicas'),
    count(object, 'status', 'replicas'),
    count(object, 'status', 'readyReplicas'),
    ...containers(object, ...template),
    selectorOf(object),
  ];
}

const replicaColumns = ['Desired:integer', 'Current:integer', 'Ready:integer', 'Age', ...wideSelector];

const deployments = printer(['Ready', 'Up-to-date', 'Available', 'Age', ...wideSelector], (object) => [
  `${count(object, 'status', 'readyReplicas')}/${count(object, 'spec', 'replicas')}`,
  String(count(object, 'status', 'updatedReplicas')),
  String(count(object, 'status', 'availableReplicas')),
  ...containers(object, ...template),
  selectorOf(object),
]);

const statefulSets = printer(['Ready', 'Age', ...wide], (object) => [
  `${count(object, 'status', 'readyReplicas')}/${count(object, 'spec', 'replicas')}`,
  ...containers(object, ...template),
]);

const daemonSets = printer(
  [
    'Desired:integer',
    'Current:integer',
    'Ready:integer',
    'Up-to-date:integer',
    'Available:integer',
    'Node Selector',
    'Age',
    ...wideSelector,
  ],
  (object) => [
    count(object, 'status', 'desiredNumberScheduled'),
    count(object, 'status', 'currentNumberScheduled'),
    count(object, 'status', 'numberReady'),
    count(object, 'status', 'updatedNumberScheduled'),
    count(object, 'status', 'numberAvailable'),
    orNone(pairs(dig(object, 'spec', 'template', 'spec', 'nodeSelector'))),
    ...containers(object, ...template),
    selectorOf(object),
  ],
);

export function pairs(labels: unknown): string {
  return Object.entries(mapOf(labels))
    .map(([key, value]) => `${key}=${String(value)}`)
    .sort()
    .join(',');
}

const jobs = printer(['Status', 'Completions', 'Duration', 'Age', ...wideSelector], (job, now) => [
  jobStatus(job),
  completions(job),
  jobDuration(job, now),
  ...containers(job, ...template),
  selectorOf(job),
]);

function jobStatus(job: ApiObject): string {
  const conditions = mapsOf(dig(job, 'status', 'conditions'));
  const holds = (type: string): boolean =>
    conditions.some((one: Json) => one['type'] === type && one['status'] === 'True');
  if (holds('Complete')) return 'Complete';
  if (holds('Failed')) return 'Failed';
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating';
  if (holds('Suspended')) return 'Suspended';
  if (holds('FailureTarget')) return 'FailureTarget';
  return holds('SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running';
}

function completions(job: ApiObject): string {
  const done = count(job, 'status', 'succeeded');
  const wanted = dig(job, 'spec', 'completions');
  if (typeof wanted === 'number') return `${done}/${wanted}`;
  const parallelism = count(job, 'spec', 'parallelism');
  return parallelism > 1 ? `${done}/1 of ${parallelism}` : `${done}/1`;
}

function jobDuration(job: ApiObject, now: Date): string {
  const start = Date.parse(textOf(dig(job, 'status', 'startTime')));
  const end = Date.parse(textOf(dig(job, 'status', 'completionTime')));
  if (Number.isNaN(start)) return '';
  return humanDuration(((Number.isNaN(end) ? now.getTime() : end) - start) / 1000);
}

const cronJobs = printer(
  ['Schedule', 'Timezone', 'Suspend', 'Active:integer', 'Last Schedule', 'Age', ...wideSelector],
  (object, now) => {
    const last = dig(object, 'status', 'lastScheduleTime');
    return [
      textOf(dig(object, 'spec', 'schedule')),
      orNone(textOf(dig(object, 'spec', 'timeZone'))),
      dig(object, 'spec', 'suspend') === true ? 'True' : 'False',
      mapsOf(dig(object, 'status', 'active')).length,
      last === undefined ? none : age(last, now),
      ...containers(object, 'spec', 'jobTemplate', ...template),
      none,
    ];
  },
);

const horizontalPodAutoscalers = printer(
  ['Reference', 'Targets', 'MinPods', 'MaxPods', 'Replicas:integer', 'Age'],
  (object) => [
    `${textOf(dig(object, 'spec', 'scaleTargetRef', 'kind'))}/${textOf(dig(object, 'spec', 'scaleTargetRef', 'name'))}`,
    // No metrics server feeds the embedded API.
    mapsOf(dig(object, 'spec', 'metrics')).length === 0 ? none : '<unknown>',
    String(dig(object, 'spec', 'minReplicas') ?? '<unset>'),
    count(object, 'spec', 'maxReplicas'),
    count(object, 'status', 'currentReplicas'),
  ],
);

const controllerRevisions = printer(['Controller', 'Revision:integer', 'Age'], (object) => {
  const owner = object.metadata.ownerReferences?.find((one) => one.controller === true);
  if (owner === undefined) return [none, count(object, 'revision')];
  const group = owner.apiVersion.includes('/') ? `.${owner.apiVersion.split('/')[0]}` : '';
  return [`${owner.kind.toLowerCase()}${group}/${owner.name}`, count(object, 'revision')];
});

const podDisruptionBudgets = printer(
  ['Min Available', 'Max Unavailable', 'Allowed Disruptions:integer', 'Age'],
  (object) => [
    String(dig(object, 'spec', 'minAvailable') ?? 'N/A'),
    String(dig(object, 'spec', 'maxUnavailable') ?? 'N/A'),
    count(object, 'status', 'disruptionsAllowed'),
  ],
);

export const workloads: Record<string, Printer> = {
  '/replicationcontrollers': printer(replicaColumns, replicaRow),
  'apps/replicasets': printer(replicaColumns, replicaRow),
  'apps/deployments': deployments,
  'apps/statefulsets': statefulSets,
  'apps/daemonsets': daemonSets,
  'apps/controllerrevisions': controllerRevisions,
  'batch/jobs': jobs,
  'batch/cronjobs': cronJobs,
  'autoscaling/horizontalpodautoscalers': horizontalPodAutoscalers,
  'policy/poddisruptionbudgets': podDisruptionBudgets,
};
