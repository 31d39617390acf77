import { ok, type Result } from '../../core/result.ts';
import { withoutLogin } from '../hide.ts';
import { toFailure } from '../http/failure.ts';
import { createShared } from '../shared.ts';
import type { Context, Observed, Source } from '../source.ts';
import { shown } from './failures.ts';
import { resolveDigest } from './manifest.ts';
import { createRegistry, type Registry, type RegistryOptions, type RegistryRef } from './registry.ts';
import { listTags, type TagList } from './tags.ts';

type ImageTags = Readonly<{ tags: readonly string[] }>;

export interface ImageSource extends Source<RegistryRef, ImageTags> {
  /** Whether the tag or digest can be pulled now, and to what it resolves: a tag may be listed before its image is there. */
  pullable(ref: RegistryRef, reference: string, context: Context): Promise<Result<{ digest: string }>>;
  close(): Promise<void>;
}

export type ImageOptions = RegistryOptions &
  Readonly<{
    maxAgeMs?: number;
    /** One that is shared with others; it is closed with this. */
    registry?: Registry;
  }>;

/**
 * Reads tags of image repositories (E11, E24). One list serves all objects of one repository and login, as the very
 * same array as long as nothing changed, so that policies need not be asked again.
 */
export function createImageSource(options: ImageOptions = {}): ImageSource {
  const registry = options.registry ?? createRegistry(options);
  const now = options.now ?? (() => Date.now());
  const lists = createShared<TagList>({ now });
  const digests = createShared<{ digest: string }>({ now });
  const keyOf = (ref: RegistryRef, ...more: string[]) =>
    JSON.stringify([ref.host, ref.repository, ref.login?.id ?? '', ...more]);
  const ageOf = (context: Context) => context.maxAgeMs ?? options.maxAgeMs ?? 10_000;

  const list = (ref: RegistryRef, maxAgeMs: number, signal: AbortSignal): Promise<Result<TagList>> => {
    const key = keyOf(ref);
    const before = lists.peek(key);
    return lists.get(key, maxAgeMs, signal, (shared) => attempt(ref, () => listTags(registry, ref, before, shared)));
  };

  return {
    observe: async (ref, seen, context): Promise<Result<Observed<ImageTags>>> => {
      const listed = await list(ref, ageOf(context), context.signal);
      if (!listed.ok) return listed;
      const { revision, tags } = listed.value;
      return ok(revision === seen ? { changed: false, revision } : { changed: true, revision, fact: { tags } });
    },
    pullable: (ref, reference, context) =>
      digests.get(keyOf(ref, reference), ageOf(context), context.signal, (shared) =>
        attempt(ref, async () => ({ digest: await resolveDigest(registry, ref, reference, shared) })),
      ),
    close: () => registry.close(),
  };
}

async function attempt<T>(ref: RegistryRef, work: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await work());
  } catch (error) {
    const failed = { ok: false, failure: toFailure(error, shown(ref)) } as const;
    return withoutLogin(ref.login?.auth, Promise.resolve(failed));
  }
}
