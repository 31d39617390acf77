import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RegistryClient } from '../client/client.ts';
import type { LocalReference } from '../client/reference.ts';
import type { ProcessConfig } from './config.ts';
import { extractImage, type FoundImage, findImage } from './extract-image.ts';

export type CachedImage = Readonly<{
  digest: string;
  /** The image's file system. Whoever runs it works on a copy. */
  root: string;
  config: ProcessConfig;
}>;

export type ImageCacheOptions = Readonly<{
  registryUrl: string;
  folder: string;
  /** Images that are kept when another comes; default 8. */
  keep?: number;
  limits?: Readonly<{ bytes: number; entries: number }>;
}>;

/** Images of the registry, unpacked once each. A folder is there whole or not at all, also after a crash. */
export class ImageCache {
  readonly #options: ImageCacheOptions;
  readonly #client: RegistryClient;
  /** By digest: two pods of one image wait for the same work. */
  readonly #underWay = new Map<string, Promise<CachedImage>>();

  constructor(options: ImageCacheOptions) {
    this.#options = options;
    this.#client = new RegistryClient(options.registryUrl);
  }

  /** The image, as it is in the registry at this moment. Rejects in words for people. */
  async get(reference: LocalReference): Promise<CachedImage> {
    const found = await findImage(this.#client, reference);
    const working = this.#underWay.get(found.digest);
    if (working !== undefined) return await working;
    const work = this.#have(found).finally(() => this.#underWay.delete(found.digest));
    this.#underWay.set(found.digest, work);
    return await work;
  }

  async #have(found: FoundImage): Promise<CachedImage> {
    const folder = join(this.#options.folder, found.digest.replace(':', '-'));
    const [root, file] = [join(folder, 'root'), join(folder, 'config.json')];
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) {
      const now = new Date();
      await utimes(folder, now, now);
      return { digest: found.digest, root, config: JSON.parse(text) as ProcessConfig };
    }
    // What a crash has left half done.
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const config = await extractImage(this.#client, found, root, this.#options.limits);
    // Written last: with it the folder is whole.
    await writeFile(file, JSON.stringify(config));
    await this.#prune(folder);
    return { digest: found.digest, root, config };
  }

  /** Removes the images that were not used for longest. */
  async #prune(fresh: string): Promise<void> {
    const folders = (await readdir(this.#options.folder)).map((name) => join(this.#options.folder, name));
    const aged = await Promise.all(folders.map(async (folder) => ({ folder, at: (await stat(folder)).mtimeMs })));
    const old = aged.sort((a, b) => b.at - a.at).slice(this.#options.keep ?? 8);
    for (const { folder } of old) {
      if (folder !== fresh) await rm(folder, { recursive: true, force: true });
    }
  }
}
