import { type Clock, sleep, systemClock } from '../../core/clock.ts';
import { forbidden } from '../../core/forbidden.ts';
import { formatKey, type Key, type Ring } from '../../core/key.ts';
import type { Log } from '../../core/log.ts';
import type { ActAs } from '../../core/plan.ts';
import type { KubeObject } from '../../core/resource.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { ListOptions, WatchingClient } from '../../kube/client.ts';
import { Reflector } from '../../kube/reflector/reflector.ts';
import type { Indexer } from '../../kube/reflector/store.ts';

/** Reason of the failure where the API server does not know the kind: there can be no such object. */
export const unknownKind = 'UnknownKind';

/** Which of our objects looks, with whose rights, and the ids of the watches that it used in this pass. */
export type Looker = ActAs & Readonly<{ key: Key; used: Set<string> }>;

/** For one pass over the object: it looks in its own namespace. */
export function lookerOf(key: Key, serviceAccount: string): Looker {
  return { namespace: key.namespace, serviceAccount, key, used: new Set() };
}

/** What to watch, with whose rights. */
export type WatchRequest = ListOptions &
  Readonly<{
    looker: Looker;
    apiVersion: string;
    kind: string;
    /** Names `transform` and `onChange`: a watch is shared only by those who keep the same and tell the same. */
    view: string;
    transform: (object: KubeObject) => KubeObject;
    /** Of what is kept; named by `view`, too. */
    indexers?: Readonly<Record<string, Indexer>>;
    /** Told of changes after the first list, which whoever asked has read itself. */
    onChange: (before: KubeObject | undefined, after: KubeObject | undefined) => void;
  }>;

type Watch = {
  readonly reflector: Reflector;
  readonly holders: Map<string, Key>;
  /** Who could not be served, and is rung as soon as that is possible. */
  readonly refused: Map<string, Key>;
  synced: boolean;
};

/** Milliseconds that a first list may take before the object that needs it is told to wait. */
const firstListMs = 5_000;
const lookMs = 20;

/**
 * Watches that are opened when somebody first needs them, shared by all who need the same, closed when nobody does any
 * more, and act with a tenant's rights: what the tenant's ServiceAccount may not read, we do not see.
 */
export class Watches {
  readonly #client: WatchingClient;
  readonly #log: Log;
  readonly #ring: Ring;
  readonly #clock: Clock;
  readonly #open = new Map<string, Watch>();
  readonly #held = new Map<string, Set<string>>();

  /** @param ring told who was refused, once what it wanted can be read. */
  constructor(client: WatchingClient, log: Log, ring: Ring, clock: Clock = systemClock) {
    this.#client = client;
    this.#log = log;
    this.#ring = ring;
    this.#clock = clock;
  }

  /** Watches that are open. */
  get size(): number {
    return this.#open.size;
  }

  /** The synced cache; a Failure when the server refuses, or does not answer in time. */
  async get(request: WatchRequest, signal: AbortSignal): Promise<Result<Reflector>> {
    const watch = this.#watch(request);
    const { reflector } = watch;
    for (let waited = 0; !watch.synced && waited < firstListMs; waited += lookMs) {
      if (isFinal(reflector)) break;
      await Promise.race([reflector.synced.catch(() => undefined), sleep(this.#clock, lookMs, signal)]);
    }
    if (watch.synced) return ok(reflector);
    watch.refused.set(formatKey(request.looker.key), request.looker.key);
    return refused(request, reflector);
  }

  /** After a whole pass: what the object held and has not used again is no longer held for it. */
  keep({ key, used }: Looker): void {
    const name = formatKey(key);
    for (const id of this.#held.get(name) ?? []) if (!used.has(id)) this.#leave(name, id);
  }

  /** The object is gone. */
  forget(key: Key): void {
    const name = formatKey(key);
    for (const id of this.#held.get(name) ?? []) this.#leave(name, id);
  }

  async stop(): Promise<void> {
    const all = [...this.#open.values()];
    this.#open.clear();
    this.#held.clear();
    await Promise.all(all.map(({ reflector }) => reflector.stop()));
  }

  #watch(request: WatchRequest): Watch {
    const { key, used } = request.looker;
    const [name, id] = [formatKey(key), idOf(request)];
    let watch = this.#open.get(id);
    if (watch === undefined) watch = this.#start(id, request, new Map());
    // Rights were taken away, or the kind: what the cache holds is no longer ours to see, or true.
    else if (watch.synced && isFinal(watch.reflector)) {
      void watch.reflector.stop();
      watch = this.#start(id, request, watch.holders);
    }
    used.add(id);
    watch.holders.set(name, key);
    const held = this.#held.get(name) ?? new Set();
    this.#held.set(name, held.add(id));
    return watch;
  }

  /** @param holders are rung when it can be read: they have not heard of what happened before. */
  #start(id: string, request: WatchRequest, holders: ReadonlyMap<string, Key>): Watch {
    const { looker, apiVersion, kind, view: _, transform, onChange, ...scope } = request;
    const client = this.#client.as({ namespace: looker.namespace, serviceAccount: looker.serviceAccount });
    const options = { client, type: { apiVersion, kind }, transform, log: quieter(this.#log), clock: this.#clock };
    const reflector = new Reflector({ ...scope, ...options });
    const watch: Watch = { reflector, holders: new Map(holders), refused: new Map(holders), synced: false };
    this.#open.set(id, watch);
    reflector.onChange((before, after) => {
      if (watch.synced) onChange(before, after);
    });
    reflector.start().synced.then(
      () => {
        watch.synced = true;
        for (const key of watch.refused.values()) this.#ring(key);
        watch.refused.clear();
      },
      () => undefined,
    );
    return watch;
  }

  #leave(name: string, id: string): void {
    const held = this.#held.get(name);
    held?.delete(id);
    if (held?.size === 0) this.#held.delete(name);
    const watch = this.#open.get(id);
    watch?.holders.delete(name);
    watch?.refused.delete(name);
    if (watch === undefined || watch.holders.size > 0) return;
    this.#open.delete(id);
    void watch.reflector.stop();
  }
}

function idOf({ looker, apiVersion, kind, view, namespace, labelSelector, fieldSelector }: WatchRequest): string {
  const who = [looker.namespace, looker.serviceAccount];
  return [...who, view, apiVersion, kind, namespace, labelSelector, fieldSelector].join(' ');
}

/** What a tenant's account is refused is told on the tenant's object, and is no fault of this program. */
function quieter(log: Log): Log {
  return {
    debug: (fields, message) => log.debug(fields, message),
    info: (fields, message) => log.info(fields, message),
    warn: (fields, message) => log.info(fields, message),
    error: (fields, message) => log.error(fields, message),
  };
}

function isFinal({ lastError }: Reflector): boolean {
  return lastError?.status === 401 || lastError?.status === 403 || lastError?.status === 404;
}

function refused({ looker, kind, namespace }: WatchRequest, { lastError }: Reflector): Result<never> {
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
  if (lastError?.status === 403) {
    return fail('invalid', 'Forbidden', forbidden(looker, `watch ${kind}${where}`, lastError.message));
  }
  if (lastError?.status === 404) return fail('transient', unknownKind, `reading ${kind}${where}: ${lastError.message}`);
  const words = lastError === undefined ? 'the API server has not answered yet' : lastError.message;
  return fail('transient', 'ApiServerUnavailable', `reading ${kind}${where}: ${words}`);
}
