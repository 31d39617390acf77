import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { MEDIA_TYPES } from '../document.ts';

export type Manifest = Readonly<{ digest: string; mediaType: string; bytes: Uint8Array<ArrayBuffer> }>;

/** Bytes that can be sent: held in memory, or a file with its digest. */
export type Content = Readonly<
  { digest: string; size: number } & ({ bytes: Uint8Array<ArrayBuffer> } | { file: string })
>;

/**
 * A client of a registry without credentials: the one of local mode, from another process. Errors say what the registry
 * said, or that nobody answers.
 */
export class RegistryClient {
  readonly #base: string;

  constructor(registryUrl: string) {
    this.#base = new URL(registryUrl).origin;
  }

  async manifest(repository: string, reference: string): Promise<Manifest> {
    const headers = { accept: Object.values(MEDIA_TYPES).join(', ') };
    const response = await this.#call(`/v2/${repository}/manifests/${reference}`, { headers });
    const bytes = new Uint8Array(await response.arrayBuffer());
    const digest = digestOf(bytes);
    if (reference.startsWith('sha256:') && reference !== digest) {
      throw new Error(`${repository}@${reference}: the registry sent a manifest with the digest ${digest}`);
    }
    return { digest, mediaType: response.headers.get('content-type') ?? MEDIA_TYPES.ociManifest, bytes };
  }

  async putManifest(repository: string, reference: string, manifest: Omit<Manifest, 'digest'>): Promise<void> {
    const headers = { 'content-type': manifest.mediaType };
    await this.#call(`/v2/${repository}/manifests/${reference}`, { method: 'PUT', headers, body: manifest.bytes });
  }

  /** All tags, over all pages. */
  async tags(repository: string): Promise<string[]> {
    const tags: string[] = [];
    let next: string | undefined = `/v2/${repository}/tags/list`;
    while (next !== undefined) {
      const response: Response = await this.#call(next);
      const page = (await response.json()) as { tags: string[] | null };
      tags.push(...(page.tags ?? []));
      next = /^<([^>]+)>;\s*rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
    }
    return tags;
  }

  /** Sends a blob unless it is there. */
  async putBlob(repository: string, content: Content): Promise<void> {
    const there = await this.#fetch(`/v2/${repository}/blobs/${content.digest}`, { method: 'HEAD' });
    if (there.ok) return;
    const started = await this.#call(`/v2/${repository}/blobs/uploads/`, { method: 'POST' });
    const location = new URL(started.headers.get('location') ?? '', this.#base);
    location.searchParams.set('digest', content.digest);
    const body = 'bytes' in content ? content.bytes : Readable.toWeb(createReadStream(content.file));
    const headers = { 'content-type': 'application/octet-stream' };
    await this.#call(`${location.pathname}${location.search}`, { method: 'PUT', headers, body, duplex: 'half' });
  }

  /** The bytes of a blob as they come; throws at their end when they do not have the digest. */
  async *blob(repository: string, digest: string): AsyncGenerator<Uint8Array> {
    const response = await this.#call(`/v2/${repository}/blobs/${digest}`);
    const hash = createHash(digest.startsWith('sha512:') ? 'sha512' : 'sha256');
    for await (const chunk of response.body ?? []) {
      hash.update(chunk);
      yield chunk;
    }
    const found = `${digest.slice(0, 6)}:${hash.digest('hex')}`;
    if (found !== digest)
      throw new Error(`${repository}@${digest}: the registry sent content with the digest ${found}`);
  }

  async #call(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await this.#fetch(path, init);
    if (response.ok) return response;
    const text = await response.text();
    throw new Error(`registry ${this.#base}: ${init.method ?? 'GET'} ${path}: ${response.status} ${firstError(text)}`);
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(`${this.#base}${path}`, init);
    } catch (error) {
      const reason = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new Error(`no registry answers at ${this.#base} (${reason}): is local mode running?`, { cause: error });
    }
  }
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function firstError(text: string): string {
  try {
    const { errors } = JSON.parse(text) as { errors?: { code?: string; message?: string }[] };
    return `${errors?.[0]?.code ?? ''} ${errors?.[0]?.message ?? ''}`.trim();
  } catch {
    return text.slice(0, 200);
  }
}
