import { formatKey, type Key } from '../core/key.ts';
import type { Failure, Result } from '../core/result.ts';
import type { GitPath } from '../source/git/reference.ts';
import type { GitSource } from '../source/git/source.ts';
import type { ImageSource } from '../source/oci/images.ts';
import type { RegistryRef } from '../source/oci/registry.ts';
import type { Observed } from '../source/source.ts';
import type { Check, Poller } from '../trigger/poll.ts';

/** Which object polls what: one poll a repository and ref, and one an image repository, however many objects share it. */
export class Polls {
  readonly #poller: Poller;
  readonly #git: GitSource;
  readonly #images: ImageSource;
  /** Ids by `Key` and kind of poll: an object that looks elsewhere leaves its old poll. */
  readonly #ids = new Map<string, { key: Key; id: string }>();

  constructor(poller: Poller, git: GitSource, images: ImageSource) {
    this.#poller = poller;
    this.#git = git;
    this.#images = images;
  }

  git(key: Key, path: GitPath, intervalMs: number): void {
    const id = `git ${path.url} ${path.ref ?? ''} ${path.credentials?.id ?? ''}`;
    const check: Check = async (seen, signal) =>
      revisionOf(await this.#git.observe(path, seen, { signal, maxAgeMs: 0 }));
    this.#subscribe('git', key, id, intervalMs, check);
  }

  image(key: Key, ref: RegistryRef, intervalMs: number): void {
    const id = `image ${ref.host}/${ref.repository} ${ref.login?.id ?? ''}`;
    const check: Check = async (seen, signal) =>
      revisionOf(await this.#images.observe(ref, seen, { signal, maxAgeMs: 0 }));
    this.#subscribe('image', key, id, intervalMs, check);
  }

  forget(key: Key): void {
    for (const kind of ['git', 'image']) {
      const slot = `${kind} ${formatKey(key)}`;
      const old = this.#ids.get(slot);
      if (old !== undefined) this.#poller.unsubscribe(old.id, key);
      this.#ids.delete(slot);
    }
  }

  /** A push to the repository whose URL ends with `path`. */
  gitPushed(path: string): void {
    this.#poller.pollNow((id) => id.startsWith('git ') && new RegExp(`${escape(path)}/? `).test(id));
  }

  /** A push to an image repository, on whatever host it is known under. */
  imagePushed(repository: string): void {
    this.#poller.pollNow((id) => id.startsWith('image ') && id.includes(`/${repository} `));
  }

  #subscribe(kind: string, key: Key, id: string, intervalMs: number, check: Check): void {
    const slot = `${kind} ${formatKey(key)}`;
    const old = this.#ids.get(slot);
    if (old !== undefined && old.id !== id) this.#poller.unsubscribe(old.id, key);
    this.#ids.set(slot, { key, id });
    this.#poller.subscribe({ id, key, intervalMs, check });
  }
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** A failure of the kind `invalid` is an answer as well: it stays the same until somebody changes something. */
function revisionOf(seen: Result<Observed<unknown>>): string | undefined {
  if (seen.ok) return seen.value.revision;
  return isLasting(seen.failure) ? `${seen.failure.reason} ${seen.failure.message}` : undefined;
}

function isLasting({ kind }: Failure): boolean {
  return kind === 'invalid';
}
