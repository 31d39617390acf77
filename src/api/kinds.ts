import type { z } from 'zod';
import { outsideWindowAnnotation } from '../core/annotations.ts';
import type { KubeObject } from '../core/resource.ts';
import { apiVersion } from './common.ts';
import { repositoryExample, serviceExample, terraformExample } from './examples.ts';
import { repositorySpec } from './repository.ts';
import { repositoryStatus } from './repository-status.ts';
import { jsonSchemaOf, toStructural } from './schema-to-crd.ts';
import { serviceSpec } from './service.ts';
import { serviceStatus } from './service-status.ts';
import { terraformSpec } from './terraform.ts';
import { terraformStatus } from './terraform-status.ts';

type Column = Readonly<{ name: string; type: 'string' | 'date'; jsonPath: string; priority?: number }>;

/** One of our kinds: all that its CRD and its reference page are made of. */
export type KindDefinition = Readonly<{
  kind: string;
  plural: string;
  shortNames: readonly string[];
  description: string;
  /** What happens with one, step by step, for its reference page. */
  walkThrough: readonly string[];
  /** What a user may write beside the spec: annotation and value, and what it does. */
  annotations: readonly (readonly [annotation: string, meaning: string])[];
  example: KubeObject;
  spec: z.ZodType;
  status: z.ZodType;
  columns: readonly Column[];
}>;

const state: Column = { name: 'State', type: 'string', jsonPath: '.status.state' };
const image: Column = { name: 'Image', type: 'string', jsonPath: '.status.image' };
const revision: Column = { name: 'Revision', type: 'string', jsonPath: '.status.revision' };
const age: Column = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
const message: Column = { name: 'Message', type: 'string', jsonPath: '.status.message' };

/** With `-o wide` only: the message is what people look for, and a terminal has 80 columns. */
function wide(name: string, jsonPath: string, type: Column['type'] = 'string'): Column {
  return { name, type, jsonPath, priority: 1 };
}

export const kinds: readonly KindDefinition[] = [
  {
    kind: 'Service',
    plural: 'services',
    shortNames: ['asvc'],
    description:
      'A Helm chart from git or OCI, with values and an image to follow, delivered in the order of its dependencies.',
    walkThrough: [
      'The chart is read from git or OCI, and packed. Nothing happens while its content stays the same.',
      'The highest tag of the image that satisfies `semanticVersion` and can be pulled is written into the values; `${workspace.NAME}` is filled from the cluster Secret of the workspace.',
      'When the release in the cluster was made from other inputs, the Service waits for its maintenance window and its dependencies, then a Job runs `helm upgrade --install`. A failed Job is tried again, later each time, up to `retries`.',
      'The objects of the release are watched until they are healthy: `Completed`. Dependents are woken at once.',
      'Deletion waits for Services that depend on this one (`Blocked`), then a Job uninstalls the release.',
    ],
    annotations: [
      [
        'alustan.io/reconcile: <any new value>',
        'Looks at git and the registries now, whatever the interval; `status.lastHandledReconcile` says when it has.',
      ],
      [
        'alustan.io/retry: <any new value>',
        'Delivers again at once after retries were used up, or where an object of the release is not healthy or was deleted; acts once for each value.',
      ],
      [
        `${outsideWindowAnnotation}: <any new value>`,
        'Delivers what waits for its maintenance window at once, with its retries; acts once for each value.',
      ],
      ['alustan.io/abandon: "true"', 'Deletion leaves the Helm release as it is, where an uninstall is not possible.'],
      ['alustan.io/wake: <any new value>', 'On a Service of a preview: wakes the preview.'],
    ],
    example: serviceExample,
    spec: serviceSpec,
    status: serviceStatus,
    columns: [
      state,
      image,
      age,
      message,
      wide('Revision', '.status.revision'),
      wide('Release', '.status.healthStatus.release'),
      wide('Job', '.status.job.name'),
    ],
  },
  {
    kind: 'Repository',
    plural: 'repositories',
    shortNames: ['repo'],
    description: 'Manifests under a path of a git repository or OCI artifact, kept applied.',
    walkThrough: [
      'The manifests below `path` are read. One that is broken is named with file and line, and stops none of the others.',
      'They are applied by server-side apply with the rights of `serviceAccountName`: definitions first, then what others need, then the rest, Services in the order of their dependencies. What was changed by hand is put back.',
      'What has left the repository is deleted, unless `prune` is false or the object has the annotation `alustan.io/prune: disabled`.',
      'Deleting the Repository deletes what it applied, and waits until that is gone.',
    ],
    annotations: [
      [
        'alustan.io/reconcile: <any new value>',
        'Looks at the repository now, whatever the interval; `status.lastHandledReconcile` says when it has.',
      ],
      ['alustan.io/abandon: "true"', 'Deletion leaves all that was applied.'],
      [
        'alustan.io/prune: disabled',
        'On an applied object: it is never deleted, though its manifest or the Repository is.',
      ],
    ],
    example: repositoryExample,
    spec: repositorySpec,
    status: repositoryStatus,
    columns: [state, revision, age, message, wide('URL', '.spec.url')],
  },
  {
    kind: 'Terraform',
    plural: 'terraforms',
    shortNames: ['tf'],
    description: 'Infrastructure, made by scripts of an image of yours; its outputs go to the Services.',
    walkThrough: [
      'The highest tag of the image that satisfies `semanticVersion` and can be pulled is chosen; `${workspace.NAME}` in the variables is filled from the cluster Secret of the workspace.',
      'When image, script or variables are not those that were applied last, it waits for its maintenance window and its dependencies, then a Job runs `scripts.deploy`. One Job at a time; a change during a run waits for its end. A failed run is tried again, later each time, up to `retries`.',
      'With `approval: manual` a plan is made first and shown, and the deploy waits for the annotation that approves exactly this plan. Both are told its hash, by which the image keeps and applies it; after a deploy that failed another plan is made, and asks again.',
      'After the deploy (`Success`) a Job runs `postDeploy`; what it prints is kept in `status.postDeployOutput`, chosen outputs are published for Services to use: `Completed`.',
      'Deletion waits for what depends on it (`Blocked`), then a Job runs `scripts.destroy` with the image that was applied last.',
    ],
    annotations: [
      [
        'alustan.io/reconcile: <any new value>',
        'Looks at the registry now and, with `driftInterval`, for drift; `status.lastHandledReconcile` says when it has.',
      ],
      ['alustan.io/retry: <any new value>', 'Runs again at once after retries were used up; acts once for each value.'],
      ['alustan.io/approve: <hash>', 'Approves the plan of this hash, `status.plan.hash`, for one deploy.'],
      [
        `${outsideWindowAnnotation}: <any new value>`,
        'Deploys what waits for its maintenance window at once, with its retries; acts once for each value.',
      ],
      [
        'alustan.io/force-unlock: <any new value>',
        'Runs `scripts.unlock` to free the lock whoever holds it, though nobody has proven its owner dead; acts once for each value.',
      ],
      ['alustan.io/abandon: "true"', 'Deletion leaves the infrastructure as it is, where it cannot be destroyed.'],
    ],
    example: terraformExample,
    spec: terraformSpec,
    status: terraformStatus,
    columns: [
      state,
      image,
      age,
      message,
      wide('Applied', '.status.lastAppliedAt', 'date'),
      wide('Plan', '.status.plan.summary'),
      wide('Job', '.status.job.name'),
    ],
  },
];

/** The CustomResourceDefinition of a kind. */
export function crdOf(kind: KindDefinition): KubeObject {
  const [group = '', version = ''] = apiVersion.split('/');
  const singular = kind.kind.toLowerCase();
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${kind.plural}.${group}` },
    spec: {
      group,
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular,
        shortNames: [...kind.shortNames],
        categories: ['alustan'],
      },
      scope: 'Namespaced',
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: kind.columns.map((column) => ({ ...column })),
          schema: { openAPIV3Schema: schemaOf(kind) },
        },
      ],
    },
  };
}

function schemaOf(kind: KindDefinition): Record<string, unknown> {
  return {
    type: 'object',
    description: kind.description,
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string', description: `\`${apiVersion}\`.` },
      kind: { type: 'string', description: `\`${kind.kind}\`.` },
      metadata: { type: 'object' },
      spec: toStructural(jsonSchemaOf(kind.spec)),
      status: toStructural(jsonSchemaOf(kind.status)),
    },
  };
}
