import type { RepositoryObject } from '../../api/repository.ts';
import { abandonAnnotation } from '../../core/annotations.ts';
import { intervalOr } from '../../core/duration.ts';
import { keyOf } from '../../core/key.ts';
import type { ActAs, ObjectRef } from '../../core/plan.ts';
import { maxAgeOf } from '../../core/reconcile-now.ts';
import type { KubeObject } from '../../core/resource.ts';
import { type Failure, fail, ok, type Result } from '../../core/result.ts';
import { isNotFound, type KubeClient } from '../../kube/client.ts';
import { dropBookkeeping } from '../../kube/reflector/transform.ts';
import { sourceOf } from '../../plan/repository/apply.ts';
import type { Manifest, RepositoryFacts, SourceContent } from '../../plan/repository/facts.ts';
import { refsToRead } from '../../plan/repository/read.ts';
import type { LiveObjects, View } from '../../source/cluster/objects.ts';
import { type Looker, lookerOf, unknownKind, type Watches } from '../../source/cluster/watches.ts';
import { pathNotFound } from '../../source/folder/failures.ts';
import type { Folder, FolderRef } from '../../source/folder/source.ts';
import { shownUrl } from '../../source/http/url.ts';
import { readManifests } from '../../source/manifests/manifests.ts';
import type { Source } from '../../source/source.ts';
import { type Limit, within } from '../../source/within.ts';
import { manifestFolder } from '../addresses.ts';
import { type Caches, isTerminating } from '../caches.ts';
import type { Credentials } from '../credentials.ts';
import type { Polls } from '../polls.ts';
import { GatherError } from '../reconciler.ts';

export type RepositoryTools = Readonly<{
  client: KubeClient;
  caches: Caches;
  folders: Source<FolderRef, Folder>;
  live: LiveObjects;
  credentials: Credentials;
  polls: Polls;
  watches: Pick<Watches, 'keep'>;
  /** Whether an account may be used, and is there; rejects with KubeError. */
  ensureAccount(account: ActAs): Promise<Result<undefined>>;
  intervalMs: number;
  serviceAccount: string;
  /** Told before anything of its namespace is read, so that changes from then on ring the Repository. */
  looking(repository: RepositoryObject): void;
  /** Told which objects a Repository looks at, so that their changes ring it. */
  watching(repository: RepositoryObject, refs: readonly ObjectRef[]): void;
}>;

/** Gathers all that the plan of a Repository reads. */
export async function gatherRepository(
  tools: RepositoryTools,
  repository: RepositoryObject,
  signal: AbortSignal,
): Promise<RepositoryFacts> {
  const { namespace, deletionTimestamp } = repository.metadata;
  const terminating = isTerminating(tools.caches, namespace);
  const serviceAccount = repository.spec.serviceAccountName ?? tools.serviceAccount;
  tools.looking(repository);
  // Who only goes, with nothing to delete, needs no account (E10).
  const leaves = terminating || (deletionTimestamp !== undefined && refsToRead(repository, undefined).size === 0);
  const account = leaves ? ok(undefined) : await tools.ensureAccount({ namespace, serviceAccount });
  if (!account.ok)
    throw new GatherError(deletionTimestamp === undefined ? account.failure : withWayOut(account.failure));
  const looker = lookerOf(keyOf(repository), serviceAccount);
  const source = deletionTimestamp === undefined ? await content(tools, repository, looker, signal) : undefined;
  const refs = refsToRead(repository, source?.ok === true ? source.value : undefined);
  tools.watching(repository, [...refs.values()]);
  const live = await liveObjects(tools, looker, refs, terminating, signal);
  tools.watches.keep(looker);
  return {
    defaultServiceAccount: tools.serviceAccount,
    ...(source === undefined ? {} : { source }),
    live,
    namespaceTerminating: terminating,
  };
}

/** A person has asked for the deletion, and may let go of what was applied. */
function withWayOut(failure: Failure): Failure {
  const wayOut = `the annotation ${abandonAnnotation}: "true" leaves what was applied as it is`;
  return { ...failure, message: `${failure.message}; ${wayOut}` };
}

async function content(
  tools: RepositoryTools,
  repository: RepositoryObject,
  looker: Looker,
  signal: AbortSignal,
): Promise<Result<SourceContent>> {
  const path = await pathOf(tools, repository, looker, signal);
  if (!path.ok) return path;
  const { spec } = repository;
  const intervalMs = intervalOr(spec.interval, tools.intervalMs);
  const key = keyOf(repository);
  tools.polls.folder(key, path.value, intervalMs);
  const seen = await within(limitOf(repository), signal, (limited) =>
    tools.folders.observe(path.value, undefined, { signal: limited, maxAgeMs: maxAgeOf(repository, intervalMs) }),
  );
  if (!seen.ok) tools.polls.noteFailure('folder', key, seen.failure);
  if (!seen.ok) return seen;
  if (!seen.value.changed) return fail('transient', 'SourceUnavailable', `${spec.url} gave no content`);
  const { fact } = seen.value;
  const { revision, files, missing } = fact;
  // A folder whose last manifest was removed is gone from git, and that means: prune all. A path that never was is a slip.
  if (missing && repository.status?.source !== sourceOf(repository)) {
    return { ok: false, failure: pathNotFound(path.value, fact) };
  }
  const { documents, problems, kustomizations } = readManifests(files);
  const manifests = await Promise.all(documents.map((document) => scoped(tools.client, document)));
  const [kustomization] = kustomizations;
  return ok({ revision, manifests, problems, ...(kustomization === undefined ? {} : { kustomization }) });
}

/** `spec.timeout`. The poll has the limits of each request only: it rings, and the look that follows has this one. */
function limitOf({ spec }: RepositoryObject): Limit {
  const message =
    `spec.timeout: ${shownUrl(spec.url)} could not be read within ${spec.timeout}; ` +
    'check that its server is up and fast enough, or give it more time';
  const ms = intervalOr(spec.timeout, Number.POSITIVE_INFINITY);
  return { ms, late: { kind: 'transient', reason: 'Timeout', message } };
}

async function pathOf(
  tools: RepositoryTools,
  repository: RepositoryObject,
  looker: Looker,
  signal: AbortSignal,
): Promise<Result<FolderRef>> {
  const name = repository.spec.secretRef?.name;
  if (name === undefined) return manifestFolder(repository, undefined);
  const secret = await tools.credentials.read(looker, name, 'spec.secretRef', signal);
  return secret.ok ? manifestFolder(repository, secret.value) : secret;
}

/** Without a scope the plan knows that the cluster does not know the kind. */
async function scoped(client: KubeClient, document: Omit<Manifest, 'namespaced'>): Promise<Manifest> {
  try {
    const { namespaced } = await client.resourceType(document.object.apiVersion, document.object.kind);
    return { ...document, namespaced };
  } catch (error) {
    if (isNotFound(error)) return document;
    throw error;
  }
}

/**
 * Absent means gone: what cannot be read is not absent, and ends the gathering. But not where the namespace goes, and the
 * account's rights may have gone before us: what it cannot read it could not delete either (E10).
 */
async function liveObjects(
  tools: RepositoryTools,
  looker: Looker,
  refs: ReadonlyMap<string, ObjectRef>,
  terminating: boolean,
  signal: AbortSignal,
): Promise<Record<string, KubeObject>> {
  const found = await Promise.all(
    [...refs].map(async ([id, ref]) => {
      const live = await tools.live.get(looker, ref, signal);
      // With its definition an object has gone, too.
      const isLost = !live.ok && terminating && live.failure.reason === 'Forbidden';
      if (!live.ok && !isLost && live.failure.reason !== unknownKind) throw new GatherError(live.failure);
      return live.ok && live.value !== undefined ? [[id, live.value] as const] : [];
    }),
  );
  return Object.fromEntries(found.flat());
}

/** What is kept of an applied object: what a manifest can say, and of a definition whether it is established. */
export const manifestView: View = {
  name: 'manifest',
  keep: (object) => {
    const { status, ...rest } = dropBookkeeping(object);
    return (object.kind === 'CustomResourceDefinition' ? { ...rest, status } : rest) as KubeObject;
  },
};
