import { parseOciUrl } from '../core/image-reference.ts';
import { formatKey, type Key } from '../core/key.ts';
import { mirrorsFor, type Redirect, rewriteGitUrl } from '../core/redirect.ts';
import type { Failure, Result } from '../core/result.ts';
import type { Telemetry } from '../core/telemetry.ts';
import { type Folder, type FolderRef, isOci } from '../source/folder/source.ts';
import type { ImageSource } from '../source/oci/images.ts';
import type { RegistryRef } from '../source/oci/registry.ts';
import type { Observed, Source } from '../source/source.ts';
import type { Doorbell } from '../trigger/doorbell.ts';
import type { Poller } from '../trigger/poll.ts';
import { stopAll } from './triggers.ts';

export type PollTools = Readonly<{
  poller: Poller;
  doorbell: Doorbell;
  folders: Source<FolderRef, Folder>;
  images: ImageSource;
  gitRewrites: readonly Redirect[];
  registryMirrors: readonly Redirect[];
  telemetry: Pick<Telemetry, 'polled'>;
}>;

type Look = (seen: string | undefined, signal: AbortSignal) => Promise<Result<Observed<unknown>>>;
type Kind = 'folder' | 'image';
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

  folder(key: Key, folder: FolderRef, intervalMs: number): void {
    const { folders } = this.#tools;
    const { url, ref, semver, content, credentials } = folder;
    const id = `folder ${JSON.stringify([url, ref, semver, isOci(url) ? content : '', credentials?.id])}`;
    this.#subscribe('folder', key, id, intervalMs, this.#bellsOf(url), (seen, signal) =>
      folders.observe(folder, seen, { signal, maxAgeMs: 0 }),
    );
  }

  image(key: Key, ref: RegistryRef, intervalMs: number): void {
    const { images } = this.#tools;
    const id = `image ${ref.host}/${ref.repository} ${ref.login?.id ?? ''}`;
    const bells = this.#repositoryBells(ref);
    const look: Look = (seen, signal) => images.observe(ref, seen, { signal, maxAgeMs: 0 });
    this.#subscribe('image', key, id, intervalMs, bells, look);
  }

  /**
   * A pass has met a failure. It may be over before the poll looks again, and to the poll nothing would have happened:
   * the object would wait for its whole back-off.
   */
  noteFailure(kind: Kind, key: Key, failure: Failure): void {
    const slot = this.#slots.get(`${kind} ${formatKey(key)}`);
    // What is `invalid` is looked at again with each interval as it is, and may be the fault of one object alone.
    if (slot !== undefined && failure.kind === 'transient') this.#seen.set(slot.id, told(failure));
  }

  /** The object follows no image any more. */
  forgetImage(key: Key): void {
    this.#leave(`image ${formatKey(key)}`);
  }

  forget(key: Key): void {
    this.#leave(`folder ${formatKey(key)}`);
    this.forgetImage(key);
  }

  #bellsOf(url: string): readonly string[] {
    const place = isOci(url) ? parseOciUrl(url) : undefined;
    if (place === undefined) return [rewriteGitUrl(url, this.#tools.gitRewrites)];
    return place.ok ? this.#repositoryBells(place.value) : [];
  }

  #repositoryBells({ host, repository }: Pick<RegistryRef, 'host' | 'repository'>): readonly string[] {
    return [host, ...mirrorsFor(host, this.#tools.registryMirrors)].map((each) => `${each}/${repository}`);
  }

  #subscribe(kind: Kind, key: Key, id: string, intervalMs: number, bells: readonly string[], look: Look): void {
    const slot = `${kind} ${formatKey(key)}`;
    const { poller, doorbell } = this.#tools;
    const check = (signal: AbortSignal) => this.#check(kind, id, look, signal);
    const leavePoll = poller.subscribe({ id, key, intervalMs, check });
    const old = this.#slots.get(slot);
    if (old !== undefined && old.id !== id) this.#leave(slot);
    const kept = old?.id === id ? old.leaveBells : undefined;
    const leaveBells = kept ?? stopAll(...bells.map((url) => doorbell.subscribe(url, () => poller.poke(id))));
    this.#slots.set(slot, { id, leavePoll, leaveBells });
  }

  async #check(kind: Kind, id: string, look: Look, signal: AbortSignal): Promise<'changed' | 'unchanged'> {
    const before = this.#seen.get(id);
    const answer = await look(before, signal);
    // A failure is news when it begins, changes or ends; the object's own pass tells it.
    const now = answer.ok ? answer.value.revision : told(answer.failure);
    this.#seen.set(id, now);
    const verdict = now === before ? 'unchanged' : 'changed';
    this.#tools.telemetry.polled(kind, answer.ok ? verdict : 'failed');
    return verdict;
  }

  #leave(slot: string): void {
    const old = this.#slots.get(slot);
    this.#slots.delete(slot);
    old?.leavePoll();
    old?.leaveBells();
  }
}

function told({ message }: Failure): string {
  return `failed: ${message}`;
}
