import { formatKey, type Key } from '../core/key.ts';
import { mirrorsFor, type Redirect, rewriteGitUrl } from '../core/redirect.ts';
import type { Result } from '../core/result.ts';
import type { GitPath } from '../source/git/reference.ts';
import type { GitSource } from '../source/git/source.ts';
import type { ImageSource } from '../source/oci/images.ts';
import type { RegistryRef } from '../source/oci/registry.ts';
import type { Observed } from '../source/source.ts';
import type { Doorbell } from '../trigger/doorbell.ts';
import type { Poller } from '../trigger/poll.ts';

export type PollTools = Readonly<{
  poller: Poller;
  doorbell: Doorbell;
  git: GitSource;
  images: ImageSource;
  gitRewrites: readonly Redirect[];
  registryMirrors: readonly Redirect[];
}>;

type Look = (seen: string | undefined, signal: AbortSignal) => Promise<Result<Observed<unknown>>>;
type Slot = Readonly<{ id: string; leavePoll: () => void; leaveBells: () => void }>;

/**
 * Which object polls what: one poll a repository and ref, and one an image repository, however many objects share it.
 * A poll remembers what it saw itself: that some object has looked in between must not hide the news from the others.
 */
export class Polls {
  readonly #tools: PollTools;
  readonly #slots = new Map<string, Slot>();
  readonly #seen = new Map<string, string>();

  constructor(tools: PollTools) {
    this.#tools = tools;
  }

  git(key: Key, path: GitPath, intervalMs: number): void {
    const { git, gitRewrites } = this.#tools;
    const id = `git ${path.url} ${path.ref ?? ''} ${path.credentials?.id ?? ''}`;
    const bells = [rewriteGitUrl(path.url, gitRewrites)];
    this.#subscribe('git', key, id, intervalMs, bells, (seen, signal) =>
      git.observe(path, seen, { signal, maxAgeMs: 0 }),
    );
  }

  image(key: Key, ref: RegistryRef, intervalMs: number): void {
    const { images, registryMirrors } = this.#tools;
    const id = `image ${ref.host}/${ref.repository} ${ref.login?.id ?? ''}`;
    const bells = [ref.host, ...mirrorsFor(ref.host, registryMirrors)].map((host) => `${host}/${ref.repository}`);
    const look: Look = (seen, signal) => images.observe(ref, seen, { signal, maxAgeMs: 0 });
    this.#subscribe('image', key, id, intervalMs, bells, look);
  }

  /** The object follows no image any more. */
  forgetImage(key: Key): void {
    this.#leave(`image ${formatKey(key)}`);
  }

  forget(key: Key): void {
    this.#leave(`git ${formatKey(key)}`);
    this.forgetImage(key);
  }

  #subscribe(kind: string, key: Key, id: string, intervalMs: number, bells: readonly string[], look: Look): void {
    const slot = `${kind} ${formatKey(key)}`;
    const { poller, doorbell } = this.#tools;
    const check = (signal: AbortSignal) => this.#check(id, look, signal);
    const leavePoll = poller.subscribe({ id, key, intervalMs, check });
    const old = this.#slots.get(slot);
    if (old !== undefined && old.id !== id) this.#leave(slot);
    const kept = old?.id === id ? old.leaveBells : undefined;
    const leaveBells = kept ?? all(bells.map((url) => doorbell.subscribe(url, () => poller.poke(id))));
    this.#slots.set(slot, { id, leavePoll, leaveBells });
  }

  async #check(id: string, look: Look, signal: AbortSignal): Promise<'changed' | 'unchanged'> {
    const before = this.#seen.get(id);
    const answer = await look(before, signal);
    // A failure is news when it begins, changes or ends; the object's own pass tells it.
    const now = answer.ok ? answer.value.revision : `failed: ${answer.failure.message}`;
    this.#seen.set(id, now);
    return now === before ? 'unchanged' : 'changed';
  }

  #leave(slot: string): void {
    const old = this.#slots.get(slot);
    this.#slots.delete(slot);
    old?.leavePoll();
    old?.leaveBells();
  }
}

function all(calls: readonly (() => void)[]): () => void {
  return () => {
    for (const call of calls) call();
  };
}
