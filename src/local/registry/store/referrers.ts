import { join } from 'node:path';
import type { Digest } from '../names.ts';
import { listNames, readText, remove, writeWhole } from './files.ts';
import { fileName, type Layout } from './layout.ts';

/** A descriptor in an answer of the referrers API. */
export type Referrer = Readonly<{
  mediaType: string;
  digest: Digest;
  size: number;
  artifactType?: string;
  annotations?: Record<string, string>;
}>;

/** Which manifests name which as their `subject`. The subject itself need not be there. */
export class Referrers {
  readonly #layout: Layout;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  async add(repository: string, subject: Digest, referrer: Referrer): Promise<void> {
    const path = this.#path(repository, subject, referrer.digest);
    await writeWhole(this.#layout.temporary(), path, JSON.stringify(referrer));
  }

  async remove(repository: string, subject: Digest, digest: Digest): Promise<void> {
    await remove(this.#path(repository, subject, digest));
  }

  async list(repository: string, subject: Digest): Promise<Referrer[]> {
    const folder = this.#layout.referrers(repository, subject);
    const texts = await Promise.all((await listNames(folder)).map((name) => readText(join(folder, name))));
    return texts.filter((text) => text !== undefined).map((text) => JSON.parse(text) as Referrer);
  }

  #path(repository: string, subject: Digest, digest: Digest): string {
    return join(this.#layout.referrers(repository, subject), fileName(digest));
  }
}
