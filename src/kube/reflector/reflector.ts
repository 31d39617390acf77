import { setImmediate } from 'node:timers/promises';
import { type Clock, sleep, systemClock } from '../../core/clock.ts';
import { type Log, silent } from '../../core/log.ts';
import type { KubeObject } from '../../core/resource.ts';
import { KubeError, type ListOptions, type ResourceType, type WatchingClient } from '../client.ts';
import { backOff } from './back-off.ts';
import { type ChangeHandler, type Indexer, type Named, nameOf, Store } from './store.ts';
import { dropBookkeeping, StringPool } from './transform.ts';

export type ReflectorOptions = ListOptions &
  Readonly<{
    /** May act as a tenant: `client.as(…)`. */
    client: WatchingClient;
    type: Pick<ResourceType, 'apiVersion' | 'kind'>;
    /** What is kept of an object; it may change the object it is given. Default: all but the bookkeeping. */
    transform?: (object: KubeObject) => KubeObject;
    indexers?: Readonly<Record<string, Indexer>>;
    log?: Log;
    clock?: Clock;
    random?: () => number;
    /** Milliseconds without a word (events, or a bookmark a minute) after which a watch counts as dead. */
    stallMs?: number;
  }>;

const stallMs = 150_000;

/** Seconds after which the server is to end a watch; spread, so that many do not come back at once. */
const watchSeconds = { least: 900, most: 1800 };

/** Listed objects taken in before others get their turn: the loop is not to stand still for a page of hundreds. */
const itemsATurn = 100;

/** A watch that ends sooner than this without an event is a failure, or a broken proxy would make us spin. */
const shortestWatchMs = 1000;

/**
 * A copy of a kind's objects, kept current by list and watch until it is stopped, whatever the server does.
 * Changes are level-based: of two quick changes only the last may be seen.
 */
export class Reflector {
  /** Resolves when the first list is complete; rejects when stopped before. */
  readonly synced: Promise<void>;
  readonly #options: ReflectorOptions;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #store: Store;
  readonly #strings = new StringPool();
  readonly #stopping = new AbortController();
  readonly #sync = Promise.withResolvers<void>();
  #running: Promise<void> | undefined;
  #lastError: KubeError | undefined;

  constructor(options: ReflectorOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log ?? silent;
    this.#store = new Store(options.indexers ?? {}, this.#log);
    this.synced = this.#sync.promise;
    this.synced.catch(() => {});
  }

  /** What the server said last, while list and watch fail; undefined when they work. */
  get lastError(): KubeError | undefined {
    return this.#lastError;
  }

  get size(): number {
    return this.#store.size;
  }

  get(object: Named): KubeObject | undefined {
    return this.#store.get(object);
  }

  list(): KubeObject[] {
    return this.#store.list();
  }

  /** By an own index, or by the built-in one, `namespace`. */
  by(index: string, value: string): KubeObject[] {
    return this.#store.by(index, value);
  }

  /** Told of each object at once, then of every change, after the cache shows it. Returns how to unsubscribe. */
  onChange(handler: ChangeHandler): () => void {
    return this.#store.subscribe(handler);
  }

  /**
   * Takes in the server's answer to an own write at once, so that who reads the cache next does not act on what was
   * before it. Handlers are told; the watch event that follows then changes nothing.
   */
  witness(object: KubeObject): void {
    if (this.#store.get(object.metadata)) this.#store.putNewer(this.#kept(structuredClone(object)));
  }

  start(): this {
    this.#running ??= this.#run();
    return this;
  }

  /** Resolves when nothing runs any more; what the cache holds stays readable. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#sync.reject(new Error(`the watch of ${this.#options.type.kind} was stopped before its first list`));
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const waiting = backOff(this.#options.random ?? Math.random);
    let version: string | undefined;
    while (!signal.aborted) {
      try {
        version ??= await this.#listAll();
        version = await this.#watchFrom(version);
        waiting.reset();
      } catch (error) {
        if (signal.aborted) return;
        const cause = error instanceof Resume ? error.cause : error;
        if (error instanceof Resume) {
          version = isExpired(cause) ? undefined : error.version;
          if (error.healthy) waiting.reset();
        } else if (isExpired(cause)) version = undefined;
        this.#report(cause, version);
        const asked = cause instanceof KubeError ? (cause.retryAfterMs ?? 0) : 0;
        await sleep(this.#clock, Math.max(waiting.next(), asked), signal).catch(() => {});
      }
    }
  }

  async #listAll(): Promise<string> {
    const { client, type } = this.#options;
    const listed = new Set<string>();
    let version: string | undefined;
    for await (const page of client.pages(type, this.#options, this.#stopping.signal)) {
      for (const item of page.items) {
        listed.add(nameOf(item.metadata));
        this.#store.put(this.#kept(item));
        if (listed.size % itemsATurn === 0) await setImmediate();
      }
      // The first page's: should a server's pages differ, the watch then tells what changed while we listed.
      version ??= page.resourceVersion;
    }
    this.#store.retain(listed);
    this.#lastError = undefined;
    this.#sync.resolve();
    return version ?? '';
  }

  /** Follows one watch to its end; returns, or throws as `Resume`, the version from which the next one goes on. */
  async #watchFrom(start: string): Promise<string> {
    const { client, type } = this.#options;
    const watch = new AbortController();
    const stop = AbortSignal.any([this.#stopping.signal, watch.signal]);
    const stalled = new KubeError(0, 'Stalled', `the watch of ${type.kind} fell silent`);
    const stall = () => this.#clock.after(this.#options.stallMs ?? stallMs, () => watch.abort(stalled));
    const startedAt = this.#clock.now();
    const short = () => this.#clock.now() - startedAt < shortestWatchMs;
    let version = start;
    let cancelStall = stall();
    try {
      const options = { ...this.#options, resourceVersion: start, timeoutSeconds: this.#seconds() };
      for await (const events of client.watch(type, options, stop)) {
        cancelStall();
        for (const event of events) version = this.#take(event.type, event.object);
        this.#lastError = undefined;
        cancelStall = stall();
      }
    } catch (error) {
      // Events got through: going on costs little. Not so a list: a server that has each watch expire must not be
      // asked for one after the other.
      const healthy = !short() || (version !== start && !isExpired(error));
      throw new Resume(version, watch.signal.aborted ? stalled : error, healthy);
    } finally {
      cancelStall();
    }
    if (version === start && short()) {
      throw new Resume(version, new KubeError(0, 'ShortWatch', `the watch of ${type.kind} ended at once`), false);
    }
    return version;
  }

  #take(type: string, object: KubeObject): string {
    if (type === 'DELETED') this.#store.deleteOlder(object);
    else if (type !== 'BOOKMARK') this.#store.putNewer(this.#kept(object));
    return object.metadata.resourceVersion ?? '';
  }

  #kept(object: KubeObject): KubeObject {
    const kept = (this.#options.transform ?? dropBookkeeping)(object);
    this.#strings.share(kept);
    return kept;
  }

  #seconds(): number {
    const random = this.#options.random ?? Math.random;
    return Math.round(watchSeconds.least + random() * (watchSeconds.most - watchSeconds.least));
  }

  #report(error: unknown, version: string | undefined): void {
    this.#lastError = error instanceof KubeError ? error : new KubeError(0, 'Unknown', String(error));
    const fields = {
      kind: this.#options.type.kind,
      namespace: this.#options.namespace,
      reason: this.#lastError.reason,
      status: this.#lastError.status,
      err: this.#lastError.message,
      next: version === undefined ? 'list' : 'watch',
    };
    if (this.#lastError.status === 410) this.#log.debug(fields, 'watch expired');
    else this.#log.warn(fields, 'watch interrupted');
  }
}

/** Where to go on after a failed watch; `healthy` if it had worked before it failed. */
class Resume extends Error {
  readonly version: string;
  readonly healthy: boolean;

  constructor(version: string, cause: unknown, healthy: boolean) {
    super('watch ended', { cause });
    this.version = version;
    this.healthy = healthy;
  }
}

function isExpired(error: unknown): boolean {
  return error instanceof KubeError && error.status === 410;
}
