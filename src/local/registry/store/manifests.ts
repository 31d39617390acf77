import { readFile } from 'node:fs/promises';
import { RegistryError } from '../errors.ts';
import { type Digest, isDigest } from '../names.ts';
import { fileSize, listNames, readText, remove, writeWhole } from './files.ts';
import { decodeTag, type Layout } from './layout.ts';

export type StoredManifest = Readonly<{ digest: Digest; mediaType: string; bytes: Uint8Array<ArrayBuffer> }>;

/** Manifests and tags of repositories. A tag is written last, so what it names is always whole. */
export class Manifests {
  readonly #layout: Layout;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  async put(repository: string, manifest: StoredManifest): Promise<void> {
    const { digest, mediaType, bytes } = manifest;
    if ((await fileSize(this.#layout.content(digest))) === undefined) {
      await writeWhole(this.#layout.temporary(), this.#layout.content(digest), bytes);
    }
    await writeWhole(this.#layout.temporary(), this.#layout.manifestLink(repository, digest), mediaType);
  }

  async has(repository: string, digest: Digest): Promise<boolean> {
    return (await fileSize(this.#layout.manifestLink(repository, digest))) !== undefined;
  }

  /** By tag or digest. */
  async get(repository: string, reference: string): Promise<StoredManifest> {
    const digest = isDigest(reference) ? reference : await this.#tagged(repository, reference);
    const mediaType = digest && (await readText(this.#layout.manifestLink(repository, digest)));
    if (digest === undefined || mediaType === undefined) {
      throw new RegistryError('MANIFEST_UNKNOWN', `no manifest ${reference} in ${repository}`);
    }
    return { digest, mediaType, bytes: await readFile(this.#layout.content(digest)) };
  }

  async tag(repository: string, tag: string, digest: Digest): Promise<void> {
    await writeWhole(this.#layout.temporary(), this.#layout.tag(repository, tag), digest);
  }

  async tags(repository: string): Promise<string[]> {
    return (await listNames(this.#layout.tags(repository))).map(decodeTag).sort();
  }

  async untag(repository: string, tag: string): Promise<void> {
    if (await remove(this.#layout.tag(repository, tag))) return;
    throw new RegistryError('MANIFEST_UNKNOWN', `no tag ${tag} in ${repository}`);
  }

  /** Removes the manifest and the tags that name it: tags first, so that none is left without its manifest. */
  async delete(repository: string, digest: Digest): Promise<void> {
    for (const tag of await this.tags(repository)) {
      if ((await this.#tagged(repository, tag)) === digest) await remove(this.#layout.tag(repository, tag));
    }
    if (await remove(this.#layout.manifestLink(repository, digest))) return;
    throw new RegistryError('MANIFEST_UNKNOWN', `no manifest ${digest} in ${repository}`);
  }

  async #tagged(repository: string, tag: string): Promise<Digest | undefined> {
    const text = await readText(this.#layout.tag(repository, tag));
    return text !== undefined && isDigest(text) ? text : undefined;
  }
}
