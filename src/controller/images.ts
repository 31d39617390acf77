import type { Key } from '../core/key.ts';
import { ok, type Result } from '../core/result.ts';
import { type ImageFacts, type Registry, tagsToProbe, watchedImage } from '../plan/image.ts';
import type { Looker } from '../source/cluster/watches.ts';
import type { ImageSource } from '../source/oci/images.ts';
import { registryLogin } from '../source/oci/login.ts';
import type { RegistryRef } from '../source/oci/registry.ts';
import { credentialsOf } from './addresses.ts';
import type { Credentials } from './credentials.ts';
import type { Polls } from './polls.ts';

export type ImageTools = Readonly<{ images: ImageSource; credentials: Credentials; polls: Polls }>;

/** Who follows which image. */
export type ImageRequest = Readonly<{
  key: Key;
  registry: Registry & Readonly<{ secretRef?: Readonly<{ name: string }> | undefined }>;
  /** The image that was chosen last. */
  last: string | undefined;
  intervalMs: number;
  /** Milliseconds that the list of tags may be old. */
  maxAgeMs: number;
  /** True where the digest of the chosen tag must be known, though the choice stays. */
  pinned?: boolean;
}>;

/** Milliseconds for which an answer about an image that could not be pulled serves. */
const pullableAgeMs = 10_000;

/** What the registry says of the image that an object follows; from now on it is polled. */
export async function imageFacts(
  { images, polls, credentials }: ImageTools,
  { key, registry, last, intervalMs, maxAgeMs, pinned = false }: ImageRequest,
  looker: Looker,
  signal: AbortSignal,
): Promise<ImageFacts> {
  const watched = watchedImage(registry, last);
  if (!watched.ok) {
    polls.forgetImage(key);
    return {};
  }
  const found = await registryRef(credentials, registry, looker, signal);
  if (!found.ok) return { tags: found };
  const ref = found.value;
  polls.image(key, ref, intervalMs);
  const seen = await images.observe(ref, undefined, { signal, maxAgeMs });
  if (!seen.ok) {
    polls.noteFailure('image', key, seen.failure);
    return { tags: seen };
  }
  const tags = ok(seen.value.changed ? seen.value.fact.tags : []);
  const probes = tagsToProbe(watched.value, tags, pinned).map(async (tag) => {
    const answer = await images.pullable(ref, tag, { signal, maxAgeMs: pullableAgeMs });
    return [tag, answer] as const;
  });
  return { tags, pullable: Object.fromEntries(await Promise.all(probes)) };
}

/** Where the image lies, with the login that the spec names. */
export async function registryRef(
  credentials: Credentials,
  registry: ImageRequest['registry'],
  looker: Looker,
  signal: AbortSignal,
): Promise<Result<RegistryRef>> {
  const watched = watchedImage(registry, undefined);
  if (!watched.ok) return watched;
  const { host, repository } = watched.value.image;
  const login = await loginOf(credentials, registry, host, looker, signal);
  if (!login.ok) return login;
  return ok({ host, repository, ...(login.value === undefined ? {} : { login: login.value }) });
}

async function loginOf(
  credentials: Credentials,
  { secretRef }: ImageRequest['registry'],
  host: string,
  looker: Looker,
  signal: AbortSignal,
): Promise<Result<RegistryRef['login']>> {
  if (secretRef === undefined) return ok(undefined);
  const field = 'spec.containerRegistry.secretRef';
  const secret = await credentials.read(looker, secretRef.name, field, signal);
  if (!secret.ok) return secret;
  return registryLogin(credentialsOf(secret.value), host, `${field}: the Secret`);
}
