import { z } from 'zod';
import { isObject, type JsonObject } from '../../core/json.ts';
import { RegistryError } from './errors.ts';
import { type Digest, isDigest } from './names.ts';

export const MEDIA_TYPES = {
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
} as const;

const KNOWN: readonly string[] = Object.values(MEDIA_TYPES);
const LISTS: readonly string[] = [MEDIA_TYPES.ociIndex, MEDIA_TYPES.dockerList];

const digest = z.custom<Digest>((value) => typeof value === 'string' && isDigest(value), 'is no digest');
const descriptor = z.object({
  mediaType: z.string(),
  digest,
  size: z.number().int().nonnegative(),
  urls: z.array(z.string()).optional(),
});
const annotations = z.record(z.string(), z.string()).optional();
const common = { mediaType: z.string().optional(), artifactType: z.string().optional(), annotations };
const image = z.object({
  ...common,
  schemaVersion: z.literal(2),
  config: descriptor,
  layers: z.array(descriptor),
  subject: descriptor.optional(),
});
const index = z.object({
  ...common,
  schemaVersion: z.literal(2),
  manifests: z.array(descriptor),
  subject: descriptor.optional(),
});

/** What the registry must know of a manifest that it takes in. */
export type ManifestDocument = Readonly<{
  mediaType: string;
  /** Blobs that must be in the repository. Layers to be fetched from elsewhere (`urls`) are not among them. */
  blobs: readonly Digest[];
  /** Manifests that must be in the repository. */
  manifests: readonly Digest[];
  subject: Digest | undefined;
  artifactType: string | undefined;
  annotations: Record<string, string> | undefined;
}>;

/** Reads and checks a manifest. Its media type is that of the header, which must be the document's own where it has one. */
export function parseManifest(bytes: Uint8Array, contentType: string | undefined): ManifestDocument {
  const json = parseJson(bytes);
  const own = typeof json['mediaType'] === 'string' ? json['mediaType'] : undefined;
  const guessed = 'manifests' in json ? MEDIA_TYPES.ociIndex : MEDIA_TYPES.ociManifest;
  const mediaType = contentType?.split(';')[0]?.trim() || own || guessed;
  if (!KNOWN.includes(mediaType)) {
    throw invalid(`the media type ${mediaType} is not supported: use one of ${KNOWN.join(', ')}`);
  }
  if (own !== undefined && own !== mediaType) {
    throw invalid(`the manifest says that it is ${own}, the header Content-Type says ${mediaType}`);
  }
  return LISTS.includes(mediaType) ? readIndex(json, mediaType) : readImage(json, mediaType);
}

function readIndex(json: unknown, mediaType: string): ManifestDocument {
  const { manifests, subject, artifactType, annotations } = check(index, json);
  return {
    mediaType,
    blobs: [],
    manifests: manifests.map((item) => item.digest),
    subject: subject?.digest,
    artifactType,
    annotations,
  };
}

function readImage(json: unknown, mediaType: string): ManifestDocument {
  const { config, layers, subject, artifactType, annotations } = check(image, json);
  const local = layers.filter((layer) => layer.urls === undefined || layer.urls.length === 0);
  return {
    mediaType,
    blobs: [config.digest, ...local.map((layer) => layer.digest)],
    manifests: [],
    subject: subject?.digest,
    artifactType: artifactType || config.mediaType,
    annotations,
  };
}

function parseJson(bytes: Uint8Array): JsonObject {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isObject(value)) return value;
  } catch {
    // Told below, as for JSON that is no object.
  }
  throw invalid('the manifest is no JSON object');
}

function check<T>(schema: z.ZodType<T>, json: unknown): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw invalid(`the manifest is not valid: ${issues.join('; ')}`);
}

function invalid(message: string): RegistryError {
  return new RegistryError('MANIFEST_INVALID', message);
}
