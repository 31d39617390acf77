import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import type { Manifest, RegistryClient } from '../client/client.ts';
import type { LocalReference } from '../client/reference.ts';
import { type ProcessConfig, platformArchitecture, readImageConfig } from './config.ts';
import { unpackLayer } from './unpack-layer.ts';

/** An image of the registry for this machine, found but not fetched. */
export type FoundImage = Readonly<{
  repository: string;
  /** Of the manifest for this machine. */
  digest: string;
  config: string;
  layers: readonly string[];
}>;

/** Of one image, unpacked: enough for the images that people build infrastructure from, too little to fill a disk. */
const defaultLimits = { bytes: 8 * 2 ** 30, entries: 1_000_000 } as const;

const blob = z.object({ digest: z.string() });
const image = z.object({ config: blob, layers: z.array(blob) });
const index = z.object({
  manifests: z
    .array(
      z.object({ digest: z.string(), platform: z.object({ os: z.string(), architecture: z.string() }).optional() }),
    )
    .min(1),
});

/** Finds an image; of an index, the one for Linux on this machine's processor. */
export async function findImage(
  client: RegistryClient,
  { repository, reference }: LocalReference,
): Promise<FoundImage> {
  const manifest = await resolveImage(client, repository, reference);
  const { config, layers } = image.parse(json(manifest.bytes));
  return {
    repository,
    digest: manifest.digest,
    config: config.digest,
    layers: layers.map(({ digest }) => digest),
  };
}

/** Unpacks the layers of an image into a folder, which is there whole or not at all, and returns what the image runs. */
export async function extractImage(
  client: RegistryClient,
  { repository, config, layers }: FoundImage,
  folder: string,
  limits: Readonly<{ bytes: number; entries: number }> = defaultLimits,
): Promise<ProcessConfig> {
  const to = resolve(folder);
  const temporary = join(dirname(to), `.${randomUUID()}`);
  const budget = { ...limits };
  try {
    await mkdir(temporary, { recursive: true });
    for (const layer of layers) await unpackLayer(temporary, client.blob(repository, layer), budget);
    const configuration = await readAll(client.blob(repository, config));
    await rm(to, { recursive: true, force: true });
    await rename(temporary, to);
    return readImageConfig(configuration);
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
