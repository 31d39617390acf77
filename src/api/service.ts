import { z } from 'zod';
import type { KubeObject, ObjectMeta, Resource } from '../core/resource.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { duration, label, objectName, secretRef } from './common.ts';
import { parseSpec } from './parse.ts';
import { previewEnvironment } from './preview.ts';
import type { ServiceStatus } from './service-status.ts';
import { windows } from './window.ts';

const source = z
  .object({
    repoURL: z
      .string()
      .min(1)
      .max(2048)
      .describe('Git repository (`https://…`), or chart in an OCI registry (`oci://…`).')
      .meta({ example: 'https://github.com/alustan/cluster-manifests' }),
    path: z
      .string()
      .max(1024)
      .optional()
      .describe('Folder of the chart inside the git repository. Default: the root. Not with `oci://`.')
      .meta({ example: 'application-helm' }),
    releaseName: z
      .string()
      .min(1)
      .max(53)
      .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/)
      .optional()
      .describe('Name of the Helm release. Default: the name of the Service. Cannot be changed.')
      .meta({ example: 'backend-application' }),
    targetRevision: z
      .string()
      .max(255)
      .optional()
      .describe(
        'Branch, tag or commit. For OCI a version, constraint, tag or digest. Default: the default branch; the newest release.',
      )
      .meta({ example: 'main' }),
    values: z
      .record(z.string(), z.unknown())
      .optional()
      .describe(
        'Values of the chart. `${workspace.NAME}` in any string is replaced by that key of the cluster Secret of ' +
          'the workspace; `$${workspace.NAME}` stays as `${workspace.NAME}`.',
      )
      .meta({ example: { cluster: '${workspace.CLUSTER_NAME}', image: 'alustan/backend:0.2.0' } }),
    secretRef: secretRef
      .optional()
      .describe(
        'Credentials: keys `username` and `password`, `token`, or `.dockerconfigjson`; `ca.crt` for an own CA. Not with ssh.',
      ),
  })
  .describe('Where the chart comes from, and with what values it is installed.')
  .meta({
    rules: [
      {
        rule: 'has(self.releaseName) == has(oldSelf.releaseName) && (!has(self.releaseName) || self.releaseName == oldSelf.releaseName)',
        message: 'releaseName cannot be changed: delete the Service and create it anew',
      },
    ],
  });

export const containerRegistry = z
  .object({
    provider: z
      .string()
      .max(64)
      .default('docker')
      .describe('`docker` or `ghcr`: the registry where `imageName` names no host.'),
    imageName: z
      .string()
      .min(1)
      .max(512)
      .describe(
        'Image whose tags are followed, without a tag: values that name it, in whatever form, get the chosen one.',
      )
      .meta({ example: 'alustan/backend' }),
    semanticVersion: z
      .string()
      .min(1)
      .max(256)
      .describe(
        'Constraint for the tags: `>=0.2.0`, `~1.4`, `1.x || 2.x`, comma or space for and. The highest tag that satisfies it is delivered. Only tags of the form x.y.z count, prereleases only where the constraint names one.',
      )
      .meta({ example: '>=0.2.0' }),
    secretRef: secretRef
      .optional()
      .describe(
        'Secret of type `kubernetes.io/dockerconfigjson`, or with `username` and `password`; `ca.crt` for an own CA. Default: anonymous.',
      ),
  })
  .describe('Follows the tags of an image and writes the chosen one into the values wherever the image is named.');

const dependency = z.union(
  [label, z.object({ name: label.describe('Name of the object.') })],
  'write its name, or {name: …}',
);

export const dependencies = z
  .object({
    service: z
      .array(dependency)
      .max(100)
      .optional()
      .describe('Services of the same namespace, as names or `{name: …}`.')
      .meta({ example: ['api-service'] }),
    terraform: z
      .array(dependency)
      .max(100)
      .optional()
      .describe('Terraforms of the same namespace.')
      .meta({ example: ['network'] }),
  })
  .describe('What must be delivered and healthy before this Service is; and what cannot be deleted before it.');

export const workspace = z.string().min(1).max(63);

export const serviceSpec = z
  .object({
    workspace: workspace
      .optional()
      .describe(
        'Environment: label `environment` of the cluster Secret whose keys the values may use (cluster-secret.md).',
      )
      .meta({ example: 'staging' }),
    environment: workspace.optional().describe('Another name for `workspace`.').meta({ example: 'staging' }),
    source,
    containerRegistry: containerRegistry.optional(),
    previewEnvironment: previewEnvironment.optional(),
    dependencies: dependencies.optional(),
    serviceAccountName: objectName
      .optional()
      .describe(
        'ServiceAccount of this namespace with whose rights the runner Job works. Default: `alustan-runner`, unless the installation names another.',
      )
      .meta({ example: 'team-a' }),
    conflicts: z
      .enum(['force', 'fail'])
      .default('force')
      .describe('`force`: fields that others own are taken over; `fail`: the delivery fails and names them.'),
    suspend: z.boolean().default(false).describe('While true nothing is delivered; what runs stays as it is.'),
    window: windows
      .optional()
      .describe('When deliveries may begin by themselves: while one of these is open. Default: always (windows.md).'),
    interval: duration
      .optional()
      .describe(
        'How often source and registry are looked at; a duration as Go writes it. Default: `5m`, unless the installation says otherwise (`appSyncInterval`).',
      )
      .meta({ example: '5m' }),
    timeout: duration
      .optional()
      .describe('How long Helm may take, and then how long objects may take to become healthy. Default: `5m`.')
      .meta({ example: '10m' }),
    retries: z
      .int()
      .min(0)
      .max(100)
      .optional()
      .describe('How often a failed delivery is tried again, each time after a longer pause. Default: 3.')
      .meta({ example: 3 }),
  })
  .describe('What to deliver.')
  .meta({
    rules: [
      {
        rule: 'has(self.workspace) || has(self.environment)',
        message: 'workspace is required: name the environment, for example staging',
      },
      {
        rule: '!has(self.workspace) || !has(self.environment) || self.workspace == self.environment',
        message: 'workspace and environment are two names of one field: set one of them',
      },
    ],
  });

type Raw = z.output<typeof serviceSpec>;

/** A Service's spec as plans read it: one spelling for each thing that may be spelled in several ways (E1, E7). */
export type ServiceSpec = Omit<Raw, 'environment' | 'workspace' | 'source' | 'dependencies'> &
  Readonly<{
    workspace: string;
    source: Omit<Raw['source'], 'releaseName' | 'values'> &
      Readonly<{ releaseName: string; values: Readonly<Record<string, unknown>> }>;
    dependencies: Readonly<{ service: readonly string[]; terraform: readonly string[] }>;
  }>;

/** Reads the several spellings into one. `name` is the Service's, the default of the release's. */
function normaliseService(raw: Raw, name: string): ServiceSpec {
  const { workspace, environment, source, dependencies, ...rest } = raw;
  return {
    ...rest,
    workspace: workspace ?? environment ?? '',
    source: { ...source, releaseName: source.releaseName ?? name, values: source.values ?? {} },
    dependencies: {
      service: dependencyNames(dependencies?.service),
      terraform: dependencyNames(dependencies?.terraform),
    },
  };
}

/** E7: names in either spelling, each once. */
export function dependencyNames(list: z.output<typeof dependency>[] = []): string[] {
  return [...new Set(list.map((item) => (typeof item === 'string' ? item : item.name)))];
}

/** A Service as it is read: what the API server gives to every object is there. */
export type ServiceObject = Resource<ServiceSpec, ServiceStatus> &
  Readonly<{
    metadata: ObjectMeta & { namespace: string; uid: string; creationTimestamp: string };
    status: ServiceStatus;
  }>;

/**
 * Reads a Service. One that is being deleted is read even when its spec is not valid (any more), with what deletion
 * needs: nobody could mend it otherwise.
 */
export function parseService(object: KubeObject): Result<ServiceObject> {
  const { name, namespace = 'default', uid = '', creationTimestamp = '', deletionTimestamp } = object.metadata;
  const parsed = parseSpec(serviceSpec, object);
  const problem = parsed.ok ? workspaceProblem(parsed.value) : parsed.failure.message;
  if (problem !== undefined && deletionTimestamp === undefined) {
    return parsed.ok ? fail('invalid', 'InvalidSpec', problem) : parsed;
  }
  const spec = parsed.ok ? normaliseService(parsed.value, name) : remains(object);
  const status = (object['status'] ?? {}) as ServiceStatus;
  const { apiVersion, kind } = object;
  const metadata = { ...object.metadata, namespace, uid, creationTimestamp };
  return ok({ apiVersion, kind, metadata, spec, status });
}

function workspaceProblem({ workspace, environment }: Raw): string | undefined {
  if (workspace === undefined && environment === undefined) {
    return 'spec.workspace: required; name the environment, for example `workspace: staging`';
  }
  if (workspace === undefined || environment === undefined || workspace === environment) return undefined;
  return `spec.workspace and spec.environment are two names of one field, and differ: remove one of them`;
}

/** What can be told of a Service that no longer fits its schema. */
function remains(object: KubeObject): ServiceSpec {
  const spec = (object['spec'] ?? {}) as { source?: { releaseName?: unknown }; serviceAccountName?: unknown };
  const release = spec.source?.releaseName;
  const account = spec.serviceAccountName;
  const raw: Raw = {
    source: { repoURL: '', ...(typeof release === 'string' ? { releaseName: release } : {}) },
    conflicts: 'force',
    suspend: false,
    ...(typeof account === 'string' ? { serviceAccountName: account } : {}),
  };
  return normaliseService(raw, object.metadata.name);
}
