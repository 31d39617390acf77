import { parseOciUrl } from '../../core/image-reference.ts';
import { ok, type Result } from '../../core/result.ts';
import type { GitFact } from '../git/protocol.ts';
import type { GitPath } from '../git/reference.ts';
import type { ArtifactFact, ArtifactRef } from '../oci/artifacts.ts';
import type { ContentType } from '../oci/content.ts';
import { type RegistrySecret, registryLogin } from '../oci/login.ts';
import { type OciReference, readChartReference, readReference } from '../oci/reference.ts';
import type { Context, Observed, Source } from '../source.ts';
import { filesBelow, type PlainFile } from './below.ts';

/**
 * A folder somewhere: in a git repository, or in a registry where the URL begins with `oci://`. There `ref` is a tag or
 * digest, and for a chart whatever Helm takes for a version.
 */
export type FolderRef = Omit<GitPath, 'credentials'> &
  Readonly<{
    /** What is looked for; in git a folder is a folder. */
    content: ContentType;
    credentials?: RegistrySecret;
  }>;

export type Folder = Readonly<{
  /** Commit, or digest of an artifact's manifest. */
  revision: string;
  /** Where it is a commit. */
  commit?: string;
  files: readonly PlainFile[];
  /** True when there is nothing at that path. */
  missing: boolean;
  /** Then: paths from the root in the deepest folder of it that is there. */
  beside?: readonly string[];
}>;

export type FolderTools = Readonly<{ git: Source<GitPath, GitFact>; artifacts: Source<ArtifactRef, ArtifactFact> }>;

export function isOci(url: string): boolean {
  return url.startsWith('oci://');
}

/** Reads folders, wherever they lie. */
export function createFolderSource({ git, artifacts }: FolderTools): Source<FolderRef, Folder> {
  const fromRegistry = async (ref: FolderRef, seen: string | undefined, context: Context) => {
    const artifact = artifactRef(ref);
    if (!artifact.ok) return artifact;
    const found = await artifacts.observe(artifact.value, seen, context);
    return mapFact(found, ({ digest, files }) => ({ revision: digest, ...filesBelow(files, ref.path) }));
  };
  const fromGit = async (ref: FolderRef, seen: string | undefined, context: Context) =>
    mapFact(await git.observe(ref, seen, context), ({ digest: _, commit, ...found }) => ({
      revision: commit,
      commit,
      ...found,
    }));
  return {
    observe: (ref, seen, context) => (isOci(ref.url) ? fromRegistry(ref, seen, context) : fromGit(ref, seen, context)),
  };
}

function mapFact<A, B>(result: Result<Observed<A>>, map: (fact: A) => B): Result<Observed<B>> {
  if (!result.ok || !result.value.changed) return result as Result<Observed<B>>;
  const { revision, fact } = result.value;
  return ok({ changed: true, revision, fact: map(fact) });
}

/** The artifact that a reference to a folder speaks of. */
export function artifactRef(ref: FolderRef): Result<ArtifactRef> {
  const place = parseOciUrl(ref.url);
  if (!place.ok) return place;
  const reference = referenceOf(ref);
  if (!reference.ok) return reference;
  const artifact = { ...place.value, reference: reference.value, content: ref.content };
  if (ref.credentials === undefined) return ok(artifact);
  const login = registryLogin(ref.credentials, place.value.host, 'the Secret');
  return login.ok ? ok({ ...artifact, login: login.value }) : login;
}

function referenceOf({ content, ref, semver }: FolderRef): Result<OciReference> {
  if (semver !== undefined) return ok({ semver });
  return content === 'chart' ? readChartReference(ref) : readReference(ref ?? 'latest');
}
