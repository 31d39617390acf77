import type { z } from 'zod';
import type { KubeObject } from '../core/resource.ts';
import { apiVersion } from './common.ts';
import { repositorySpec } from './repository.ts';
import { repositoryStatus } from './repository-status.ts';
import { jsonSchemaOf, toStructural } from './schema-to-crd.ts';
import { serviceSpec } from './service.ts';
import { serviceStatus } from './service-status.ts';

type Column = Readonly<{ name: string; type: 'string' | 'date'; jsonPath: string; priority?: number }>;

/** One of our kinds: all that its CRD and its reference page are made of. */
export type KindDefinition = Readonly<{
  kind: string;
  plural: string;
  shortNames: readonly string[];
  description: string;
  spec: z.ZodType;
  status: z.ZodType;
  columns: readonly Column[];
}>;

const state: Column = { name: 'State', type: 'string', jsonPath: '.status.state' };
const image: Column = { name: 'Image', type: 'string', jsonPath: '.status.image' };
const revision: Column = { name: 'Revision', type: 'string', jsonPath: '.status.revision' };
const age: Column = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
const message: Column = { name: 'Message', type: 'string', jsonPath: '.status.message' };

export const kinds: readonly KindDefinition[] = [
  {
    kind: 'Service',
    plural: 'services',
    shortNames: ['asvc'],
    description:
      'A Helm chart from git or OCI, with values and an image to follow, delivered in the order of its dependencies.',
    spec: serviceSpec,
    status: serviceStatus,
    columns: [state, image, revision, age, message],
  },
  {
    kind: 'Repository',
    plural: 'repositories',
    shortNames: ['repo'],
    description: 'Manifests under a path of a git repository or OCI artifact, kept applied.',
    spec: repositorySpec,
    status: repositoryStatus,
    columns: [state, revision, age, message],
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

/** All CustomResourceDefinitions, as local mode installs them and the chart carries them. */
export function crds(): KubeObject[] {
  return kinds.map(crdOf);
}
