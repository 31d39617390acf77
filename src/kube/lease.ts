import { type Clock, sleep, systemClock } from '../core/clock.ts';
import { type Log, silent } from '../core/log.ts';
import type { KubeObject } from '../core/resource.ts';
import { isAlreadyExists, isConflict, isNotFound, type KubeClient } from './client.ts';

export type LeaseOptions = Readonly<{
  /** One that no rate limit holds up: `Connection.urgent`. */
  client: Pick<KubeClient, 'find' | 'create' | 'update'>;
  namespace: string;
  name: string;
  /** Unique for each process, also after a restart: for example the pod's name and a random part. */
  identity: string;
  /** How long others respect a holder of whom they hear nothing. Whole seconds. */
  durationSeconds?: number;
  clock?: Clock;
  /** What is written into the Lease for people to read; no decision rests on it, since clocks differ. */
  date?: () => Date;
  random?: () => number;
  log?: Log;
  /** Told at each look that finds the lease with another one. */
  onHeldByOther?: (holder: string) => void;
}>;

/** A lease that is ours until `lost` aborts. */
export type Held = Readonly<{
  lost: AbortSignal;
  /**
   * Throws when it is not ours any more, given up ones included. It looks at the clock itself: a process that was
   * stopped for a while hears of it here before its timers have run.
   */
  check(): void;
  /** Gives it up so that another takes it at its next look, within about a second. Never rejects. */
  release(): Promise<void>;
}>;

type Spec = {
  holderIdentity?: string;
  leaseDurationSeconds?: number;
  acquireTime?: string;
  renewTime?: string;
  leaseTransitions?: number;
};

/** Milliseconds between two looks at another's lease, and between two tries to renew an own one that fail. */
const lookMs = 500;

/** Longest pause between two looks: what we see of a record may be as old as this. */
const longestLookMs = 1.1 * lookMs;

/** Milliseconds that one request may take. */
const requestMs = 5000;
/** The same of a release, which nobody waits for longer, and how often it is tried where the lease has changed. */
const releaseMs = 2000;
const releaseTries = 3;

/** Parts of the duration: how often a holder renews, and when one that could not stops by itself; as client-go. */
const renewAt = 2 / 15;
const stopAt = 2 / 3;

/**
 * Leader election by a Lease of coordination.k8s.io/v1, after client-go's rules: a holder is dead when its record has
 * not changed for its duration by *our* clock, and a holder stops by itself at two thirds of it. Some looks are taken
 * off the duration, for what we see of a record may be old, and the next holder is to have begun when it is over.
 */
export class Lease {
  readonly #options: LeaseOptions;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #durationSeconds: number;
  #seen: { record: string; deadAt: number } | undefined;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log ?? silent;
    this.#durationSeconds = options.durationSeconds ?? 15;
  }

  /** Resolves when we hold it; rejects only with the signal's reason. */
  async acquire(signal: AbortSignal): Promise<Held> {
    for (;;) {
      signal.throwIfAborted();
      const taken = await this.#try(() => this.#take(signal), 'the lease could not be read or taken');
      if (taken) return this.#hold(taken);
      await sleep(this.#clock, this.#untilNextLook(), signal);
    }
  }

  async #take(signal: AbortSignal): Promise<Own | undefined> {
    const current = await this.#get(signal);
    // From here, not from before the look: its answer may have been as slow as that of the write will be.
    const renewedAt = this.#clock.now();
    const lease = current
      ? await this.#takeOver(current, signal)
      : await this.#limited((stop) => this.#options.client.create(this.#fresh(), stop), signal);
    return lease && { lease, renewedAt };
  }

  async #takeOver(lease: KubeObject, signal: AbortSignal): Promise<KubeObject | undefined> {
    const spec = specOf(lease);
    if (!this.#isFree(spec)) {
      this.#options.onHeldByOther?.(spec.holderIdentity ?? '');
      return undefined;
    }
    const acquireTime = this.#now();
    const next: Spec = {
      ...this.#ours(),
      acquireTime,
      renewTime: acquireTime,
      leaseTransitions: (spec.leaseTransitions ?? 0) + 1,
    };
    return await this.#put(lease, next, signal);
  }

  #isFree(spec: Spec): boolean {
    if (!spec.holderIdentity || spec.holderIdentity === this.#options.identity) return true;
    const record = JSON.stringify(spec);
    const now = this.#clock.now();
    if (this.#seen?.record !== record) {
      const lastsMs = (spec.leaseDurationSeconds ?? this.#durationSeconds) * 1000;
      this.#seen = { record, deadAt: now + Math.max(0.8 * lastsMs, lastsMs - 4 * longestLookMs) };
    }
    return now >= this.#seen.deadAt;
  }

  #untilNextLook(): number {
    const pause = lookMs * (0.9 + 0.2 * (this.#options.random ?? Math.random)());
    const left = (this.#seen?.deadAt ?? Number.POSITIVE_INFINITY) - this.#clock.now();
    return left > 0 ? Math.min(pause, left) : pause;
  }

  #hold(taken: Own): Held {
    const losing = new AbortController();
    const stopping = new AbortController();
    let own = taken;
    this.#log.info({ lease: this.#options.name, holder: this.#options.identity }, 'lease acquired');
    const lose = (error: Error) => {
      if (stopping.signal.aborted || losing.signal.aborted) return;
      this.#log.warn({ lease: this.#options.name, err: error.message }, 'lease lost');
      losing.abort(error);
    };
    const renewing = this.#renewing(AbortSignal.any([stopping.signal, losing.signal]), own, (renewed) => {
      own = renewed;
    }).catch(lose);
    return {
      lost: losing.signal,
      check: () => {
        if (this.#left(own) <= 0) lose(new Lost('it could not be renewed in time'));
        losing.signal.throwIfAborted();
        stopping.signal.throwIfAborted();
      },
      release: async () => {
        stopping.abort(new Lost('it was given up'));
        await renewing;
        if (!losing.signal.aborted) await this.#giveUp(own.lease);
      },
    };
  }

  /** Milliseconds until a holder must stop by itself. */
  #left({ renewedAt }: Own): number {
    return renewedAt + stopAt * this.#durationSeconds * 1000 - this.#clock.now();
  }

  /** Renews all the time; rejects when it is another's, or when it was too long without success. */
  async #renewing(stop: AbortSignal, first: Own, keep: (own: Own) => void): Promise<never> {
    const pause = renewAt * this.#durationSeconds * 1000;
    let own = first;
    let failed = false;
    for (;;) {
      // From the beginning of the last request: answers that are slow but come must not add up to a loss.
      const due = own.renewedAt + pause - this.#clock.now();
      await sleep(this.#clock, failed ? Math.min(lookMs, pause) : Math.max(0, due), stop);
      const renewedAt = this.#clock.now();
      const left = this.#left(own);
      if (left <= 0) throw new Lost('it could not be renewed in time');
      const lease = await this.#try(() => this.#renew(own.lease, stop, left), 'the lease could not be renewed');
      stop.throwIfAborted();
      failed = lease === undefined;
      if (lease) own = { lease, renewedAt };
      if (lease) keep(own);
    }
  }

  async #renew(lease: KubeObject, stop: AbortSignal, left: number): Promise<KubeObject | undefined> {
    const next = (of: KubeObject): Spec => ({ ...specOf(of), ...this.#ours(), renewTime: this.#now() });
    try {
      return await this.#put(lease, next(lease), stop, left);
    } catch (error) {
      if (!isConflict(error) && !isNotFound(error)) throw error;
    }
    const current = await this.#get(stop, left);
    const holder = current && specOf(current).holderIdentity;
    if (!current || holder !== this.#options.identity) throw new Lost(`${holder || 'nobody'} holds it now`);
    return await this.#put(current, next(current), stop, left);
  }

  async #giveUp(lease: KubeObject): Promise<void> {
    if (await this.#try(() => this.#free(lease, releaseTries), 'the lease could not be released')) {
      this.#log.info({ lease: this.#options.name, holder: this.#options.identity }, 'lease released');
    }
  }

  /** A renewal that was broken off may have been done all the same: then the lease is newer than we know. */
  async #free(lease: KubeObject, tries: number): Promise<KubeObject | undefined> {
    const { signal } = new AbortController();
    const free: Spec = { ...specOf(lease), holderIdentity: '', leaseDurationSeconds: 1, renewTime: this.#now() };
    try {
      return await this.#put(lease, free, signal, releaseMs);
    } catch (error) {
      if (!isConflict(error) || tries <= 1) throw error;
    }
    const current = await this.#get(signal, releaseMs);
    const isOurs = current !== undefined && specOf(current).holderIdentity === this.#options.identity;
    return isOurs ? this.#free(current, tries - 1) : undefined;
  }

  /** Undefined for what another try may mend; races for the lease are not worth a word. */
  async #try<T>(attempt: () => Promise<T | undefined>, message: string): Promise<T | undefined> {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof Lost) throw error;
      if (!isConflict(error) && !isAlreadyExists(error)) {
        this.#log.warn({ lease: this.#options.name, err: (error as Error).message }, message);
      }
      return undefined;
    }
  }

  async #get(signal: AbortSignal, ms?: number): Promise<KubeObject | undefined> {
    const { namespace, name, client } = this.#options;
    const ref = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace, name };
    return await this.#limited((stop) => client.find(ref, stop), signal, ms);
  }

  async #put(lease: KubeObject, spec: Spec, signal: AbortSignal, ms?: number): Promise<KubeObject> {
    return await this.#limited((stop) => this.#options.client.update({ ...lease, spec }, undefined, stop), signal, ms);
  }

  /** A request with a time limit, kept by our clock even if the client does not listen to its signal. */
  async #limited<T>(send: (stop: AbortSignal) => Promise<T>, signal: AbortSignal, ms = requestMs): Promise<T> {
    const over = new AbortController();
    const late = Promise.withResolvers<never>();
    const limit = Math.min(ms, requestMs);
    const cancel = this.#clock.after(limit, () => {
      const error = new Error(`no answer within ${limit} ms`);
      over.abort(error);
      late.reject(error);
    });
    try {
      return await Promise.race([send(AbortSignal.any([signal, over.signal])), late.promise]);
    } finally {
      cancel();
    }
  }

  #ours(): Spec {
    return { holderIdentity: this.#options.identity, leaseDurationSeconds: this.#durationSeconds };
  }

  #fresh(): KubeObject {
    const { namespace, name } = this.#options;
    const now = this.#now();
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { namespace, name },
      spec: { ...this.#ours(), acquireTime: now, renewTime: now, leaseTransitions: 0 },
    };
  }

  /** metav1.MicroTime. */
  #now(): string {
    return (this.#options.date ?? (() => new Date()))().toISOString().replace('Z', '000Z');
  }
}

/** A lease as it was last written by us, and when we began to write it. */
type Own = Readonly<{ lease: KubeObject; renewedAt: number }>;

/** No further try can win it back. */
class Lost extends Error {}

function specOf(lease: KubeObject): Spec {
  return (lease['spec'] ?? {}) as Spec;
}
