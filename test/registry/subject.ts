import { createHash, randomUUID } from 'node:crypto';
import { expect } from 'vitest';

/** A registry under test. */
export type Subject = Readonly<{
  /** Known when the tests run, not when they are collected. */
  url: () => string;
  /**
   * `current`: the distribution specification 1.1, with the pages of at most 1,000 of public registries. `legacy`: what
   * registries of the time before it do.
   */
  level: 'current' | 'legacy';
}>;

export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
export const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
export const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
export const EMPTY = new TextEncoder().encode('{}');

export function digestOf(data: string | Uint8Array, algorithm = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(data).digest('hex')}`;
}

/** A repository that no other test uses. */
export function newName(): string {
  return `contract/r-${randomUUID()}`;
}

/** Requests against one registry, as a client without a library would make them. */
export class Caller {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  send(method: string, path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(new URL(path, this.#url), { ...init, method });
  }

  /** Opens an upload and returns its address. */
  async startUpload(name: string): Promise<string> {
    const started = await this.send('POST', `/v2/${name}/blobs/uploads/`);
    expect(started.status).toBe(202);
    return started.headers.get('location') ?? '';
  }

  finishUpload(location: string, digest: string, init: RequestInit = {}): Promise<Response> {
    const url = new URL(location, this.#url);
    url.searchParams.set('digest', digest);
    return this.send('PUT', url.href, init);
  }

  /** Pushes a blob and returns its descriptor. */
  async pushBlob(name: string, data: string | Uint8Array<ArrayBuffer>, mediaType = 'application/octet-stream') {
    const digest = digestOf(data);
    const done = await this.finishUpload(await this.startUpload(name), digest, { body: data });
    expect(done.status).toBe(201);
    return { mediaType, digest, size: Buffer.byteLength(data) };
  }

  putManifest(name: string, reference: string, document: unknown, mediaType = OCI_MANIFEST): Promise<Response> {
    const body = typeof document === 'string' ? document : JSON.stringify(document);
    return this.send('PUT', `/v2/${name}/manifests/${reference}`, { headers: { 'content-type': mediaType }, body });
  }

  /** Pushes an image of one layer, tagged, and returns its manifest and digest. */
  async pushImage(name: string, tag: string, content = tag, extra: object = {}) {
    const config = await this.pushBlob(name, EMPTY, 'application/vnd.oci.image.config.v1+json');
    const layer = await this.pushBlob(name, content, 'application/vnd.oci.image.layer.v1.tar');
    const document = { schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [layer], ...extra };
    const text = JSON.stringify(document);
    expect((await this.putManifest(name, tag, text)).status).toBe(201);
    return { text, digest: digestOf(text), document };
  }

  getManifest(name: string, reference: string, accept: string = [OCI_MANIFEST, OCI_INDEX].join()): Promise<Response> {
    return this.send('GET', `/v2/${name}/manifests/${reference}`, { headers: { accept } });
  }
}

/** Status and code of an answer that is no success, in the form that the specification asks for. */
export async function errorOf(response: Response): Promise<string> {
  const { errors } = (await response.json()) as { errors: { code: string; message: string }[] };
  expect(errors[0]?.message).toEqual(expect.any(String));
  return `${response.status} ${errors[0]?.code}`;
}
