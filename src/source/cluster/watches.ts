import { type Clock, sleep, systemClock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { ActAs } from '../../core/plan.ts';
import type { KubeObject } from '../../core/resource.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { ListOptions, WatchingClient } from '../../kube/client.ts';
import { Reflector } from '../../kube/reflector/reflector.ts';

/** What to watch, with whose rights. */
export type WatchRequest = ListOptions &
  Readonly<{
    actAs: ActAs;
    apiVersion: string;
    kind: string;
    transform: (object: KubeObject) => KubeObject;
    onChange: (before: KubeObject | undefined, after: KubeObject | undefined) => void;
  }>;

/** Milliseconds that a first list may take before the object that needs it is told to wait. */
const firstListMs = 5_000;
const lookMs = 20;

/**
 * Watches that are opened when somebody first needs them, shared by all who need the same, and act with a tenant's
 * rights: what the tenant's ServiceAccount may not read, we do not see.
 */
export class Watches {
  readonly #client: WatchingClient;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #open = new Map<string, Reflector>();

  constructor(client: WatchingClient, log: Log, clock: Clock = systemClock) {
    this.#client = client;
    this.#log = log;
    this.#clock = clock;
  }

  /** The synced cache; a Failure when the server refuses, or does not answer in time. */
  async get(request: WatchRequest, signal: AbortSignal): Promise<Result<Reflector>> {
    const reflector = this.#reflector(request);
    let synced = false;
    reflector.synced.then(
      () => (synced = true),
      () => {},
    );
    await Promise.resolve();
    for (let waited = 0; !synced && waited < firstListMs; waited += lookMs) {
      if (isFinal(reflector.lastError?.status)) break;
      await sleep(this.#clock, lookMs, signal);
    }
    return synced ? ok(reflector) : refused(request, reflector);
  }

  /** Ends the watches of a namespace in which nothing of ours is left. */
  async closeNamespace(namespace: string): Promise<void> {
    const gone = [...this.#open].filter(([id]) => id.startsWith(`${namespace} `));
    for (const [id] of gone) this.#open.delete(id);
    await Promise.all(gone.map(([, reflector]) => reflector.stop()));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#open.values()].map((reflector) => reflector.stop()));
    this.#open.clear();
  }

  #reflector(request: WatchRequest): Reflector {
    const { actAs, apiVersion, kind, namespace, labelSelector, fieldSelector } = request;
    const id = [actAs.namespace, actAs.serviceAccount, apiVersion, kind, namespace, labelSelector, fieldSelector].join(
      ' ',
    );
    const known = this.#open.get(id);
    if (known !== undefined) return known;
    const { transform, onChange, ...scope } = request;
    const client = this.#client.as(actAs);
    const reflector = new Reflector({ ...scope, client, type: { apiVersion, kind }, transform, log: this.#log });
    reflector.onChange(onChange);
    this.#open.set(id, reflector.start());
    return reflector;
  }
}

function isFinal(status: number | undefined): boolean {
  return status === 401 || status === 403 || status === 404;
}

function refused(request: WatchRequest, reflector: Reflector): Result<never> {
  const { actAs, kind, namespace } = request;
  const who = `ServiceAccount ${actAs.namespace}/${actAs.serviceAccount}`;
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
  const error = reflector.lastError;
  if (error?.status === 403) {
    const remedy = `grant it get, list and watch, or name another in spec.serviceAccountName`;
    return fail('invalid', 'Forbidden', `${who} may not watch ${kind}${where}: ${remedy}`);
  }
  const words = error === undefined ? 'the API server has not answered yet' : error.message;
  return fail('transient', 'ApiServerUnavailable', `reading ${kind}${where}: ${words}`);
}
