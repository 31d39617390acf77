import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { type Manifest, RegistryClient } from '../client/client.ts';
import { parseReference } from '../client/reference.ts';
import { type ProcessConfig, platformArchitecture, readImageConfig } from './config.ts';
import { unpackLayer } from './unpack-layer.ts';

export type ExtractImage = Readonly<{
  registryUrl: string;
  /** `shop/api:0.4.0` or `shop/api@sha256:…` */
  reference: string;
  /** Folder to make; what lies there is replaced. */
  to: string;
}>;

const blob = z.object({ digest: z.string() });
const image = z.object({ config: blob, layers: z.array(blob) });
const index = z.object({
  manifests: z
    .array(
      z.object({ digest: z.string(), platform: z.object({ os: z.string(), architecture: z.string() }).optional() }),
    )
    .min(1),
});

/**
 * Unpacks the layers of an image into a folder, which is there whole or not at all, and returns what the image runs. Of
 * an index, the image for Linux on this machine's processor is taken.
 */
export async function extractImage(options: ExtractImage): Promise<{ digest: string; config: ProcessConfig }> {
  const client = new RegistryClient(options.registryUrl);
  const { repository, reference } = parseReference(options.registryUrl, options.reference);
  const manifest = await resolveImage(client, repository, reference);
  const { config, layers } = image.parse(json(manifest.bytes));
  const to = resolve(options.to);
  const temporary = join(dirname(to), `.${randomUUID()}`);
  try {
    await mkdir(temporary, { recursive: true });
    for (const layer of layers) await unpackLayer(temporary, client.blob(repository, layer.digest));
    const configuration = await readAll(client.blob(repository, config.digest));
    await rm(to, { recursive: true, force: true });
    await rename(temporary, to);
    return { digest: manifest.digest, config: readImageConfig(configuration) };
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function resolveImage(client: RegistryClient, repository: string, reference: string): Promise<Manifest> {
  const manifest = await client.manifest(repository, reference);
  const list = index.safeParse(json(manifest.bytes));
  if (!list.success) return manifest;
  const architecture = platformArchitecture();
  const found = list.data.manifests.find(
    ({ platform }) => platform?.os === 'linux' && platform.architecture === architecture,
  );
  if (found !== undefined) return resolveImage(client, repository, found.digest);
  throw new Error(`${repository}:${reference} has no image for linux/${architecture}: push one for this platform`);
}

async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

function json(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}
