import { createHash, type Hash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { sha256 } from '../../../core/hash.ts';
import { RegistryError } from '../errors.ts';
import { type Algorithm, algorithmOf, type Digest } from '../names.ts';
import { fileSize, moveInto, remove } from './files.ts';
import type { Layout } from './layout.ts';

type Running = { hash: Hash; size: number };

/**
 * Blobs on their way in: a file each, written as the chunks come. SHA-256 is counted alongside; after a restart (or for
 * another algorithm) the file is read once more at the end instead.
 */
export class Uploads {
  readonly #layout: Layout;
  readonly #running = new Map<string, Running>();
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  async start(repository: string): Promise<string> {
    const id = randomUUID();
    await mkdir(this.#layout.uploads, { recursive: true });
    await (await open(this.#file(repository, id), 'wx')).close();
    return id;
  }

  /** Bytes received so far; an upload of another repository is not known here. */
  async size(repository: string, id: string): Promise<number> {
    const size = /^[0-9a-f-]{36}$/.test(id) ? await fileSize(this.#file(repository, id)) : undefined;
    if (size === undefined)
      throw new RegistryError('BLOB_UPLOAD_UNKNOWN', `no upload ${id} in ${repository}: start anew`);
    return size;
  }

  /**
   * Adds a chunk; what came before a client broke off is kept, for it to go on from there. `range` is the position of
   * the first byte and the number of bytes that the client announced. Returns the new size in bytes.
   */
  async append(
    repository: string,
    id: string,
    chunks: AsyncIterable<Uint8Array>,
    range?: Readonly<{ start: number; length: number }>,
  ): Promise<number> {
    const file = this.#file(repository, id);
    return this.#inTurn(file, async () => {
      const before = await this.size(repository, id);
      if (range !== undefined && range.start !== before) throw outOfOrder(repository, id, before, range.start);
      const size = await this.#write(file, before, chunks);
      if (range === undefined || size - before === range.length) return size;
      throw new RegistryError(
        'SIZE_INVALID',
        `the chunk has ${size - before} bytes, Content-Range says ${range.length}`,
      );
    });
  }

  /** Checks the digest and moves the blob to its place. A wrong digest ends the upload: its bytes are of no use. */
  async finish(repository: string, id: string, digest: Digest): Promise<void> {
    const file = this.#file(repository, id);
    await this.#inTurn(file, async () => {
      const size = await this.size(repository, id);
      const found = await this.#digest(file, size, algorithmOf(digest));
      this.#running.delete(file);
      if (found === digest) return moveInto(file, this.#layout.content(digest));
      await remove(file);
      throw new RegistryError('DIGEST_INVALID', `the content has the digest ${found}, not ${digest}`);
    });
  }

  async cancel(repository: string, id: string): Promise<void> {
    await this.size(repository, id);
    const file = this.#file(repository, id);
    this.#running.delete(file);
    await remove(file);
  }

  async #write(file: string, before: number, chunks: AsyncIterable<Uint8Array>): Promise<number> {
    const known = this.#running.get(file);
    const running = known?.size === before ? known : before === 0 ? { hash: createHash('sha256'), size: 0 } : undefined;
    this.#running.delete(file);
    let size = before;
    const handle = await open(file, 'a');
    try {
      for await (const chunk of chunks) {
        await handle.appendFile(chunk);
        running?.hash.update(chunk);
        size += chunk.length;
      }
    } finally {
      await handle.close();
      if (running !== undefined) this.#running.set(file, { hash: running.hash, size });
    }
    return size;
  }

  async #digest(file: string, size: number, algorithm: Algorithm): Promise<Digest> {
    const running = this.#running.get(file);
    if (algorithm === 'sha256' && running?.size === size) return `sha256:${running.hash.digest('hex')}`;
    const hash = createHash(algorithm);
    await pipeline(createReadStream(file), hash);
    return `${algorithm}:${hash.digest('hex')}`;
  }

  /** The id is bound to its repository by the name of the file. */
  #file(repository: string, id: string): string {
    return join(this.#layout.uploads, `${id}.${sha256(repository).slice(0, 16)}`);
  }

  /** One request at a time for an upload: a client that repeats a broken one waits until the old one is seen to be gone. */
  async #inTurn<T>(file: string, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(file) ?? Promise.resolve();
    const mine = before.then(work);
    const settled = mine.catch(() => {});
    this.#turns.set(file, settled);
    try {
      return await mine;
    } finally {
      if (this.#turns.get(file) === settled) this.#turns.delete(file);
    }
  }
}

function outOfOrder(repository: string, id: string, size: number, start: number): RegistryError {
  const headers = { range: `0-${Math.max(0, size - 1)}`, location: `/v2/${repository}/blobs/uploads/${id}` };
  return new RegistryError('RANGE_INVALID', `the next byte is ${size}, the chunk starts at ${start}`, 416, headers);
}
