import { open } from 'node:fs/promises';
import { RegistryError } from '../errors.ts';
import type { Digest } from '../names.ts';
import { fileSize, remove, writeWhole } from './files.ts';
import type { Layout } from './layout.ts';

/** Which repository owns which content. The content itself is shared; a repository sees only what was pushed or mounted to it. */
export class Blobs {
  readonly #layout: Layout;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  /** Bytes; undefined when the repository does not have the blob. */
  async size(repository: string, digest: Digest): Promise<number | undefined> {
    const linked = await fileSize(this.#layout.blobLink(repository, digest));
    return linked === undefined ? undefined : fileSize(this.#layout.content(digest));
  }

  async requireSize(repository: string, digest: Digest): Promise<number> {
    const size = await this.size(repository, digest);
    if (size === undefined) throw new RegistryError('BLOB_UNKNOWN', `no blob ${digest} in ${repository}`);
    return size;
  }

  /** `first` and `last` are positions of bytes, both included. The file is opened before this resolves. */
  async read(digest: Digest, range?: Readonly<{ first: number; last: number }>): Promise<AsyncIterable<Uint8Array>> {
    const handle = await open(this.#layout.content(digest));
    const part = range === undefined ? {} : { start: range.first, end: range.last };
    return handle.createReadStream({ ...part, highWaterMark: 256 * 1024 });
  }

  /** Makes content that is there already a blob of the repository. */
  async link(repository: string, digest: Digest): Promise<void> {
    await writeWhole(this.#layout.temporary(), this.#layout.blobLink(repository, digest), '');
  }

  async unlink(repository: string, digest: Digest): Promise<void> {
    await this.requireSize(repository, digest);
    await remove(this.#layout.blobLink(repository, digest));
  }
}
