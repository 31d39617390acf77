import { fail, ok, type Result } from '../../core/result.ts';
import { parseConstraint } from '../../core/version-policy.ts';
import type { ArchiveFile } from '../chart/archive.ts';
import { withoutLogin } from '../hide.ts';
import { toFailure } from '../http/failure.ts';
import { createShared } from '../shared.ts';
import type { Context, Observed, Source } from '../source.ts';
import { type ContentLimits, type ContentType, defaultContentLimits, readContent } from './content.ts';
import { shown } from './failures.ts';
import type { ImageSource } from './images.ts';
import { chooseTag, type OciReference } from './reference.ts';
import type { Registry, RegistryRef } from './registry.ts';

export type ArtifactRef = RegistryRef & Readonly<{ reference: OciReference; content: ContentType }>;

export type ArtifactFact = Readonly<{ digest: string; files: readonly ArchiveFile[] }>;

export type ArtifactTools = Readonly<{
  registry: Registry;
  /** Whose lists of tags and digests serve here too. */
  images: ImageSource;
  limits?: Partial<ContentLimits>;
  now?: () => number;
}>;

/** Reads charts and bundles of files in registries. The revision is the digest of the manifest. */
export function createArtifactSource(tools: ArtifactTools): Source<ArtifactRef, ArtifactFact> {
  const { registry, images } = tools;
  const limits = { ...defaultContentLimits, ...tools.limits };
  const facts = createShared<ArtifactFact>({ now: tools.now ?? (() => Date.now()), maxEntries: 8 });

  const download = async (ref: ArtifactRef, digest: string, signal: AbortSignal): Promise<Result<ArtifactFact>> => {
    try {
      return ok({ digest, files: await readContent(registry, ref, digest, limits, signal) });
    } catch (error) {
      const failed = { ok: false, failure: toFailure(error, shown(ref)) } as const;
      return withoutLogin(ref.login?.auth, Promise.resolve(failed));
    }
  };

  return {
    observe: async (ref, seen, context): Promise<Result<Observed<ArtifactFact>>> => {
      const digest = await resolve(images, ref, context);
      if (!digest.ok) return digest;
      const revision = digest.value;
      if (revision === seen) return ok({ changed: false, revision });
      const key = JSON.stringify([ref.host, ref.repository, ref.login?.id ?? '', ref.content, revision]);
      // What a digest names never changes: the age does not matter.
      const fact = await facts.get(key, Number.POSITIVE_INFINITY, context.signal, (signal) =>
        download(ref, revision, signal),
      );
      return fact.ok ? ok({ changed: true, revision, fact: fact.value }) : fact;
    },
  };
}

async function resolve(images: ImageSource, ref: ArtifactRef, context: Context): Promise<Result<string>> {
  const { reference } = ref;
  if ('digest' in reference) return ok(reference.digest);
  const tag = 'tag' in reference ? ok(reference.tag) : await newestTag(images, ref, reference.semver, context);
  if (!tag.ok) return tag;
  const found = await images.pullable(ref, tag.value, context);
  return found.ok ? ok(found.value.digest) : found;
}

async function newestTag(
  images: ImageSource,
  ref: RegistryRef,
  semver: string,
  context: Context,
): Promise<Result<string>> {
  const policy = parseConstraint(semver);
  if (!policy.ok) return policy;
  const listed = await images.observe(ref, undefined, context);
  if (!listed.ok) return listed;
  const tags = listed.value.changed ? listed.value.fact.tags : [];
  const tag = chooseTag(policy.value, tags);
  if (tag !== undefined) return ok(tag);
  const some = tags.length === 0 ? 'it has no tags' : `it has for example ${tags.slice(-5).join(', ')}`;
  const message = `${shown(ref)} has no tag that satisfies "${semver}"; ${some}; push one, or widen the constraint`;
  return fail('invalid', 'NoValidVersion', message);
}
