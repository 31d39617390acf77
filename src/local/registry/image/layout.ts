import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { digestOf, type RegistryClient } from '../client/client.ts';
import { MEDIA_TYPES, parseManifest } from '../document.ts';
import { isDigest } from '../names.ts';

const index = z.object({
  manifests: z.array(z.object({ mediaType: z.string(), digest: z.string() })).min(1),
});

/** Whether a folder is an OCI image layout (image specification, "Image Layout"). */
export async function isLayout(folder: string): Promise<boolean> {
  return stat(join(folder, 'oci-layout')).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** Pushes an image layout as it is. One manifest in its index is the image; several are pushed under the index itself. */
export async function pushLayout(
  client: RegistryClient,
  repository: string,
  reference: string,
  folder: string,
): Promise<string> {
  const top = new Uint8Array(await readFile(join(folder, 'index.json')));
  const { manifests } = index.parse(JSON.parse(new TextDecoder().decode(top)));
  const [only, ...more] = manifests;
  if (only !== undefined && more.length === 0) return pushManifest(client, repository, only, reference, folder);
  for (const child of manifests) await pushManifest(client, repository, child, child.digest, folder);
  await client.putManifest(repository, reference, { mediaType: MEDIA_TYPES.ociIndex, bytes: top });
  return digestOf(top);
}

async function pushManifest(
  client: RegistryClient,
  repository: string,
  descriptor: { mediaType: string; digest: string },
  reference: string,
  folder: string,
): Promise<string> {
  const bytes = new Uint8Array(await readFile(await contentFile(folder, descriptor.digest)));
  const document = parseManifest(bytes, descriptor.mediaType);
  for (const digest of document.blobs) {
    const file = await contentFile(folder, digest);
    await client.putBlob(repository, { digest, size: (await stat(file)).size, file });
  }
  for (const digest of document.manifests) {
    const { mediaType } = children(bytes).get(digest) ?? { mediaType: MEDIA_TYPES.ociManifest };
    await pushManifest(client, repository, { mediaType, digest }, digest, folder);
  }
  await client.putManifest(repository, reference, { mediaType: descriptor.mediaType, bytes });
  return descriptor.digest;
}

function children(bytes: Uint8Array): Map<string, { mediaType: string }> {
  const { manifests } = index.parse(JSON.parse(new TextDecoder().decode(bytes)));
  return new Map(manifests.map((item) => [item.digest, item]));
}

async function contentFile(folder: string, digest: string): Promise<string> {
  if (!isDigest(digest)) throw new Error(`the image layout names ${JSON.stringify(digest)}, which is no digest`);
  const file = join(folder, 'blobs', ...digest.split(':'));
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile()) return file;
  throw new Error(`the image layout lacks ${digest}: save the image again with all its platforms, or with one only`);
}
