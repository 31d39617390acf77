import { type ArchiveFile, unpackArchive } from '../chart/archive.ts';
import { FailureError, raise } from '../http/failure.ts';
import { shown } from './failures.ts';
import { type Descriptor, getBlob, getManifest, type Manifest } from './manifest.ts';
import type { Registry, RegistryRef } from './registry.ts';

/** What an artifact is read as: a Helm chart, or a bundle of plain files. */
export type ContentType = 'chart' | 'files';

/** Bytes: of one layer as it is stored, and of all files. */
export type ContentLimits = Readonly<{ layer: number; files: number }>;

export const defaultContentLimits: ContentLimits = { layer: 16 * 1024 * 1024, files: 32 * 1024 * 1024 };

const helmConfig = 'application/vnd.cncf.helm.config.v1+json';
/** The second is what Helm wrote before 3.7. */
const helmLayers = ['application/vnd.cncf.helm.chart.content.v1.tar+gzip', 'application/tar+gzip'];
const archives = /(?:\.tar\+gzip|\.tar\.gzip|\/tar\+gzip)$/;
const title = 'org.opencontainers.image.title';

/** The files of an artifact; those of a chart relative to its folder. Throws failures. */
export async function readContent(
  registry: Registry,
  ref: RegistryRef & Readonly<{ content: ContentType }>,
  digest: string,
  limits: ContentLimits,
  signal: AbortSignal,
): Promise<readonly ArchiveFile[]> {
  const { manifest } = await getManifest(registry, ref, digest, signal);
  const layers = ref.content === 'chart' ? [chartLayer(ref, digest, manifest)] : fileLayers(ref, digest, manifest);
  const files = new Map<string, ArchiveFile>();
  let room = limits.files;
  for (const layer of layers) {
    const bytes = await getBlob(registry, ref, layer, limits.layer, signal);
    for (const file of await filesOf(ref, layer, bytes, room)) {
      files.set(file.path, file);
      room -= file.bytes.byteLength;
    }
  }
  return ref.content === 'chart' ? withoutTop([...files.values()]) : [...files.values()];
}

function chartLayer(ref: RegistryRef, digest: string, manifest: Manifest): Descriptor {
  const { config, layers = [] } = manifest;
  const layer = layers.find(({ mediaType }) => helmLayers.includes(mediaType));
  if (config?.mediaType === helmConfig && layer !== undefined) return layer;
  const what = config === undefined ? 'an index of images' : `content of type ${config.mediaType}`;
  const message = `${shown(ref)}: ${digest} is not a Helm chart, but ${what}; push one with "helm push"`;
  return raise('invalid', 'NotAChart', message);
}

function fileLayers(ref: RegistryRef, digest: string, { layers }: Manifest): readonly Descriptor[] {
  const readable = layers?.filter(
    (layer) => archives.test(layer.mediaType) || layer.annotations?.[title] !== undefined,
  );
  if (layers !== undefined && readable?.length === layers.length) return layers;
  const odd = layers?.find((layer) => readable?.includes(layer) !== true)?.mediaType ?? 'an index of several';
  const message = `${shown(ref)}: ${digest} cannot be read as files (${odd}); push them as tar+gzip, or each as a layer with a title`;
  return raise('invalid', 'NotAnArtifact', message);
}

async function filesOf(ref: RegistryRef, layer: Descriptor, bytes: Uint8Array, room: number): Promise<ArchiveFile[]> {
  const path = layer.annotations?.[title];
  // A title with an archive names the archive that was packed, not a file of ours.
  if (path !== undefined && !archives.test(layer.mediaType)) return [{ path, bytes }];
  try {
    return await unpackArchive(bytes, room);
  } catch (error) {
    if (error instanceof FailureError) {
      const { kind, reason, message } = error.failure;
      raise(kind, reason, `${shown(ref)}: ${layer.digest}: ${message}`);
    }
    throw error;
  }
}

/** A chart's archive holds one folder with the chart's name; as Helm, whatever that name is. */
function withoutTop(files: readonly ArchiveFile[]): ArchiveFile[] {
  return files.flatMap(({ path, bytes }) => {
    const slash = path.indexOf('/');
    return slash < 0 ? [] : [{ path: path.slice(slash + 1), bytes }];
  });
}
