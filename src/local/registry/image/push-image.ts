import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf, RegistryClient } from '../client/client.ts';
import { parseReference } from '../client/reference.ts';
import { MEDIA_TYPES } from '../document.ts';
import { pushArchive } from './archive.ts';
import { imageConfig, type ProcessConfig } from './config.ts';
import { isLayout, pushLayout } from './layout.ts';
import { packLayer } from './pack-layer.ts';

export type PushImage = Readonly<{
  registryUrl: string;
  /** `shop/api:0.4.0` */
  reference: string;
  /** A folder becomes the one layer of an image; an OCI layout (folder or tar) or the tar of `docker save` goes as it is. */
  source: string;
  /** For a folder only. */
  config?: ProcessConfig;
  /** For a folder only: the path inside the image where its content lies; default `/`. */
  into?: string;
}>;

const TAR_GZIP = 'application/vnd.oci.image.layer.v1.tar+gzip';
const CONFIG = 'application/vnd.oci.image.config.v1+json';

/** Puts an image into the registry and returns its digest. */
export async function pushImage(options: PushImage): Promise<{ digest: string }> {
  const client = new RegistryClient(options.registryUrl);
  const { repository, reference } = parseReference(options.registryUrl, options.reference);
  const found = await stat(options.source).catch((error: Error) => {
    throw new Error(`${options.source} cannot be read (${error.message}): give a folder or a tar`, { cause: error });
  });
  if (!found.isDirectory()) return { digest: await pushArchive(client, repository, reference, options.source) };
  if (await isLayout(options.source))
    return { digest: await pushLayout(client, repository, reference, options.source) };
  return { digest: await pushFolder(client, repository, reference, options) };
}

async function pushFolder(
  client: RegistryClient,
  repository: string,
  reference: string,
  options: PushImage,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'alustan-image-'));
  try {
    const layer = await packLayer(options.source, join(folder, 'layer'), options.into);
    const bytes = imageConfig(options.config ?? {}, [layer.diffId]);
    const config = { bytes, digest: digestOf(bytes), size: bytes.length };
    await client.putBlob(repository, layer);
    await client.putBlob(repository, config);
    const manifest = {
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.ociManifest,
      config: { mediaType: CONFIG, digest: config.digest, size: config.size },
      layers: [{ mediaType: TAR_GZIP, digest: layer.digest, size: layer.size }],
    };
    const document = new TextEncoder().encode(JSON.stringify(manifest));
    await client.putManifest(repository, reference, { mediaType: MEDIA_TYPES.ociManifest, bytes: document });
    return digestOf(document);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
