import { sha256 } from '../../core/hash.ts';
import { raise } from '../http/failure.ts';
import { raiseNotRegistry, raiseStatus, shown } from './failures.ts';
import { checkDigest, type Registry, type RegistryRef } from './registry.ts';

/** Indexes first: a tag of several platforms is one thing to us. */
const mediaTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const maxManifest = 4 * 1024 * 1024;
const digestPattern = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-f]{32,}$/;

export type Descriptor = Readonly<{
  mediaType: string;
  digest: string;
  size: number;
  annotations?: Readonly<Record<string, string>>;
}>;
export type Manifest = Readonly<{ mediaType?: string; config?: Descriptor; layers?: readonly Descriptor[] }>;

/** The digest to which a tag or digest resolves now, by a HEAD where the registry answers it in full. Throws failures. */
export async function resolveDigest(
  registry: Registry,
  ref: RegistryRef,
  reference: string,
  signal: AbortSignal,
): Promise<string> {
  const headers = { accept: mediaTypes.join(', ') };
  const answer = await registry.get(ref, `manifests/${reference}`, { method: 'HEAD', headers, signal });
  await answer.discard();
  if (answer.status === 404) return raiseMissing(ref, reference);
  const digest = answer.headers['docker-content-digest'];
  if (digest !== undefined && digestPattern.test(digest)) return digest;
  return (await getManifest(registry, ref, reference, signal)).digest;
}

export async function getManifest(
  registry: Registry,
  ref: RegistryRef,
  reference: string,
  signal: AbortSignal,
): Promise<Readonly<{ digest: string; manifest: Manifest }>> {
  const headers = { accept: mediaTypes.join(', ') };
  const answer = await registry.get(ref, `manifests/${reference}`, { headers, signal });
  const bytes = await answer.bytes(maxManifest);
  if (answer.status === 404) return raiseMissing(ref, reference);
  if (answer.status !== 200) raiseStatus(ref, answer.status, new TextDecoder().decode(bytes), undefined);
  const named = reference.includes(':') ? reference : answer.headers['docker-content-digest'];
  const digest = named !== undefined && digestPattern.test(named) ? named : `sha256:${sha256(bytes)}`;
  checkDigest(ref, digest, bytes);
  return { digest, manifest: parse(bytes) ?? raiseNotRegistry(ref, answer.headers['content-type']) };
}

/** A layer or configuration, its digest checked. `limit` in bytes. */
export async function getBlob(
  registry: Registry,
  ref: RegistryRef,
  { digest, size }: Descriptor,
  limit: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (size > limit)
    raise('invalid', 'TooLarge', `${shown(ref)}: the content ${digest} has ${size} bytes; at most ${limit} are read`);
  const answer = await registry.get(ref, `blobs/${digest}`, { signal });
  const bytes = await answer.bytes(limit);
  if (answer.status !== 200) raiseStatus(ref, answer.status, '', undefined);
  checkDigest(ref, digest, bytes);
  return bytes;
}

function raiseMissing(ref: RegistryRef, reference: string): never {
  const remedy = 'push it, or name another';
  return raise('invalid', 'ImageNotFound', `${shown(ref)} has no "${reference}"; ${remedy}`);
}

function parse(bytes: Uint8Array): Manifest | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return value !== null && typeof value === 'object' ? (value as Manifest) : undefined;
  } catch {
    return undefined;
  }
}
