import { z } from 'zod';
import type { KubeObject, ObjectMeta, Resource } from '../core/resource.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { duration, label, objectName, secretRef } from './common.ts';
import { parseSpec } from './parse.ts';
import type { RepositoryStatus } from './repository-status.ts';

const revision = z.string().min(1).max(255);

const ref = z
  .object({
    branch: revision
      .optional()
      .describe('Newest commit of a branch; for OCI the same as `tag`.')
      .meta({ example: 'main' }),
    tag: revision.optional().describe('A tag.').meta({ example: 'v1.4.0' }),
    commit: revision.optional().describe('A commit, or for OCI a digest.').meta({
      example: '7fd1a60b01f91b314f59955a4e4d4e80d8edf11d',
    }),
    semver: revision
      .optional()
      .describe('The highest tag that satisfies a constraint; prereleases only where it names one.')
      .meta({ example: '~1.4.0' }),
  })
  .describe('What to take of the repository: one of the four. Default: the default branch; for OCI the tag `latest`.')
  .meta({
    rules: [
      {
        rule: '(has(self.branch) ? 1 : 0) + (has(self.tag) ? 1 : 0) + (has(self.commit) ? 1 : 0) + (has(self.semver) ? 1 : 0) <= 1',
        message: 'set one of branch, tag, commit and semver',
      },
    ],
  });

export const repositorySpec = z
  .object({
    url: z
      .string()
      .min(1)
      .max(2048)
      .describe('Git repository (`https://…`), or artifact in an OCI registry (`oci://…`).')
      .meta({ example: 'https://github.com/alustan/cluster-manifests' }),
    ref: ref.optional(),
    path: z
      .string()
      .max(1024)
      .optional()
      .describe('Folder whose manifests are applied, with all folders below it. Default: the root.')
      .meta({ example: 'clusters/staging' }),
    interval: duration
      .optional()
      .describe(
        'How often the repository is looked at; a duration as Go writes it. Default: `5m`, unless the installation says otherwise (`appSyncInterval`).',
      )
      .meta({ example: '5m' }),
    timeout: duration
      .optional()
      .describe(
        'How long one look at the repository may take, download included. Default: no limit but that of each request, 2 minutes.',
      )
      .meta({ example: '1m' }),
    prune: z
      .boolean()
      .default(true)
      .describe(
        'Whether objects are deleted when their manifest, or the Repository, is. See also the annotation `alustan.io/prune: disabled`.',
      ),
    secretRef: secretRef
      .optional()
      .describe(
        'Credentials: keys `username` and `password`, `token`, or `.dockerconfigjson`; `ca.crt` for an own CA. Not with ssh.',
      ),
    serviceAccountName: objectName
      .optional()
      .describe(
        'ServiceAccount of this namespace with whose rights all is applied. Without it, that of the installation is used, and only this namespace may be named.',
      )
      .meta({ example: 'team-a' }),
    targetNamespace: label
      .optional()
      .describe('Namespace of manifests that name none. Default: that of the Repository.')
      .meta({ example: 'shop' }),
    suspend: z.boolean().default(false).describe('While true nothing is applied or pruned.'),
  })
  .describe('What to apply.');

type Raw = z.output<typeof repositorySpec>;

type RepositorySpec = Raw;

/** A Repository as it is read: what the API server gives to every object is there. */
export type RepositoryObject = Resource<RepositorySpec, RepositoryStatus> &
  Readonly<{ metadata: ObjectMeta & { namespace: string; uid: string }; status: RepositoryStatus }>;

/** Reads a Repository; one that is being deleted even when its spec is not valid (any more). */
export function parseRepository(object: KubeObject): Result<RepositoryObject> {
  const { namespace = 'default', uid = '', deletionTimestamp } = object.metadata;
  const parsed = parseSpec(repositorySpec, object);
  if (!parsed.ok && deletionTimestamp === undefined) return parsed;
  const spec = parsed.ok ? parsed.value : remains(object);
  const set = Object.entries(spec.ref ?? {}).filter(([, value]) => value !== undefined);
  if (set.length > 1 && deletionTimestamp === undefined) {
    const names = set.map(([name]) => name).join(', ');
    return fail('invalid', 'InvalidSpec', `spec.ref: set one of branch, tag, commit and semver, not ${names} at once`);
  }
  const { apiVersion, kind } = object;
  const status = (object['status'] ?? {}) as RepositoryStatus;
  return ok({ apiVersion, kind, metadata: { ...object.metadata, namespace, uid }, spec, status });
}

/** What deletion needs of a Repository that no longer fits its schema. Doubt keeps objects rather than deletes them. */
function remains(object: KubeObject): RepositorySpec {
  const { prune, serviceAccountName: account } = (object['spec'] ?? {}) as Record<string, unknown>;
  const base = { url: '', prune: prune === undefined || prune === true, suspend: false };
  return typeof account === 'string' ? { ...base, serviceAccountName: account } : base;
}
