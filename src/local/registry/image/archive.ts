import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { digestOf, type RegistryClient } from '../client/client.ts';
import { MEDIA_TYPES } from '../document.ts';
import { tarEntries } from './decompress.ts';
import { isLayout, pushLayout } from './layout.ts';

const saved = z.array(z.object({ Config: z.string(), Layers: z.array(z.string()) })).min(1);
const LAYER = 'application/vnd.oci.image.layer.v1.tar';

/** Pushes the tar (compressed or not) of an OCI layout or of `docker save`, and returns the image's digest. */
export async function pushArchive(
  client: RegistryClient,
  repository: string,
  reference: string,
  tar: string,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'alustan-image-'));
  try {
    const links = await unpack(tar, folder);
    if (await isLayout(folder)) return await pushLayout(client, repository, reference, folder);
    return await pushSaved(client, repository, reference, folder, links);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${tar}: ${reason}`, { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Old versions of docker save a layer that is there twice as a link: those are returned, name to name. */
async function unpack(tar: string, folder: string): Promise<Map<string, string>> {
  const links = new Map<string, string>();
  for await (const entry of tarEntries(createReadStream(tar))) {
    const name = innerPath(entry.header.name);
    const { type, linkname } = entry.header;
    if (type === 'symlink') links.set(name, innerPath(posix.join(posix.dirname(name), linkname ?? '')));
    else if (type === 'link') links.set(name, innerPath(linkname ?? ''));
    else if (type === 'file' || type === 'contiguous-file') {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await entry.save(join(folder, name));
    }
  }
  return links;
}

function innerPath(name: string): string {
  const path = posix.normalize(name).replace(/\/$/, '');
  if (path.startsWith('/') || path === '..' || path.startsWith('../')) {
    throw new Error(`the entry ${JSON.stringify(name)} leaves the archive`);
  }
  return path;
}

async function pushSaved(
  client: RegistryClient,
  repository: string,
  reference: string,
  folder: string,
  links: ReadonlyMap<string, string>,
): Promise<string> {
  const text = await readFile(join(folder, 'manifest.json'), 'utf8').catch(() => {
    throw new Error(
      'neither an OCI layout nor the tar of "docker save": give the folder that the image shall hold instead',
    );
  });
  const [image] = saved.parse(JSON.parse(text));
  if (image === undefined) throw new Error('manifest.json names no image');
  const path = (name: string) => join(folder, links.get(innerPath(name)) ?? innerPath(name));
  const config = await describe(path(image.Config), 'application/vnd.oci.image.config.v1+json');
  const layers = await Promise.all(image.Layers.map((name) => describe(path(name), LAYER)));
  for (const blob of [...layers, config]) await client.putBlob(repository, blob);
  const bytes = new TextEncoder().encode(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.ociManifest,
      config: descriptor(config),
      layers: layers.map(descriptor),
    }),
  );
  await client.putManifest(repository, reference, { mediaType: MEDIA_TYPES.ociManifest, bytes });
  return digestOf(bytes);
}

type Described = Readonly<{ file: string; digest: string; size: number; mediaType: string }>;

async function describe(file: string, mediaType: string): Promise<Described> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const suffix = mediaType === LAYER && (await isGzip(file)) ? '+gzip' : '';
  const { size } = await stat(file);
  return { file, digest: `sha256:${hash.digest('hex')}`, size, mediaType: `${mediaType}${suffix}` };
}

function descriptor({ mediaType, digest, size }: Described) {
  return { mediaType, digest, size };
}

async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.toString('hex') === '1f8b';
  } finally {
    await handle.close();
  }
}
