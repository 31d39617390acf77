import { createHash } from 'node:crypto';
import { type ManifestDocument, parseManifest } from '../document.ts';
import { RegistryError } from '../errors.ts';
import { algorithmOf, type Digest, isDigest, requireReference } from '../names.ts';
import { bodyOf, type Call, header } from './call.ts';

/** The limit that the specification recommends for registries, in bytes. */
const MAX_MANIFEST = 4 * 1024 * 1024;

export async function readManifest(call: Call): Promise<Response> {
  const { digest, mediaType, bytes } = await call.store.manifests.get(call.repository, requireReference(call.target));
  const headers = {
    'content-type': mediaType,
    'content-length': String(bytes.length),
    'docker-content-digest': digest,
    etag: `"${digest}"`,
  };
  if (header(call, 'if-none-match') === headers.etag) {
    return new Response(null, { status: 304, headers: { etag: headers.etag, 'docker-content-digest': digest } });
  }
  return new Response(call.method === 'HEAD' ? null : bytes, { headers });
}

export async function writeManifest(call: Call): Promise<Response> {
  const { repository, store } = call;
  const reference = requireReference(call.target);
  const bytes = await readLimited(call);
  const digest = digestOf(bytes, reference);
  const document = parseManifest(bytes, header(call, 'content-type'));
  await requireReferenced(call, document);
  await store.manifests.put(repository, { digest, mediaType: document.mediaType, bytes });
  if (document.subject !== undefined)
    await store.referrers.add(repository, document.subject, referrer(document, digest, bytes));
  const tag = isDigest(reference) ? {} : { tag: reference };
  if (tag.tag !== undefined) await store.manifests.tag(repository, tag.tag, digest);
  call.pushed({ repository, ...tag, digest });
  return new Response(null, {
    status: 201,
    headers: {
      location: `/v2/${repository}/manifests/${digest}`,
      'docker-content-digest': digest,
      ...(document.subject === undefined ? {} : { 'oci-subject': document.subject }),
    },
  });
}

/** By digest: the manifest and all its tags; by tag: the tag alone. */
export async function deleteManifest(call: Call): Promise<Response> {
  const { repository, store } = call;
  const reference = requireReference(call.target);
  if (!isDigest(reference)) {
    await store.manifests.untag(repository, reference);
    return new Response(null, { status: 202 });
  }
  const { bytes, mediaType, digest } = await store.manifests.get(repository, reference);
  const { subject } = parseManifest(bytes, mediaType);
  await store.manifests.delete(repository, digest);
  if (subject !== undefined) await store.referrers.remove(repository, subject, digest);
  return new Response(null, { status: 202 });
}

async function readLimited(call: Call): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bodyOf(call.request)) {
    size += chunk.length;
    if (size > MAX_MANIFEST) {
      throw new RegistryError('MANIFEST_INVALID', `a manifest has at most ${MAX_MANIFEST} bytes`, 413);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A push by digest is held to it; a push by tag gets SHA-256. */
function digestOf(bytes: Uint8Array, reference: string): Digest {
  const algorithm = isDigest(reference) ? algorithmOf(reference) : 'sha256';
  const digest: Digest = `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
  if (!isDigest(reference) || reference === digest) return digest;
  throw new RegistryError('DIGEST_INVALID', `the manifest has the digest ${digest}, not ${reference}`);
}

async function requireReferenced(call: Call, document: ManifestDocument): Promise<void> {
  const { repository, store } = call;
  for (const blob of document.blobs) {
    if ((await store.blobs.size(repository, blob)) !== undefined) continue;
    throw new RegistryError('MANIFEST_BLOB_UNKNOWN', `no blob ${blob} in ${repository}: push it before the manifest`);
  }
  for (const manifest of document.manifests) {
    if (await store.manifests.has(repository, manifest)) continue;
    throw new RegistryError(
      'MANIFEST_BLOB_UNKNOWN',
      `no manifest ${manifest} in ${repository}: push it before the index`,
    );
  }
}

function referrer(document: ManifestDocument, digest: Digest, bytes: Uint8Array) {
  const { mediaType, artifactType, annotations } = document;
  return {
    mediaType,
    digest,
    size: bytes.length,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}
