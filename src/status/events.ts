import { type Clock, systemClock } from '../core/clock.ts';
import { cutName, sha256 } from '../core/hash.ts';
import { type Outcome, outcomes } from '../core/outcome.ts';
import type { KubeObject } from '../core/resource.ts';
import { type KubeClient, KubeError } from '../kube/client.ts';
import { Gate } from '../kube/limiter.ts';

/** Bytes: the API server refuses a longer note. */
const noteLimit = 1024;

/** Characters of the object's name in that of an Event. */
const nameLimit = 200;
/** Events under way at once: those of a fan-out must not stand in the way of its deliveries. */
const parallel = 4;
/** Milliseconds: what waits for the object that an Event tells of is woken, and does its first steps, before it is told. */
const behindMs = 1000;

/** The Event of a transition, in core/v1: what `kubectl describe` and `kubectl events` show. */
export function eventOf(object: KubeObject, outcome: Outcome, now: Date): KubeObject {
  const { apiVersion, kind, metadata } = object;
  const namespace = metadata.namespace ?? 'default';
  const time = now.toISOString();
  const id = sha256(`${metadata.uid} ${outcome.reason} ${time}`).slice(0, 16);
  const { name, uid, resourceVersion } = metadata;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${cutName(name, nameLimit)}.${id}`, namespace },
    involvedObject: { apiVersion, kind, namespace, name, uid, resourceVersion },
    type: outcome.event ?? outcomes[outcome.kind].event,
    reason: outcome.reason,
    message: cut(outcome.message),
    action: outcome.reason,
    source: { component: 'alustan' },
    reportingComponent: 'alustan.io/controller',
    reportingInstance: 'alustan',
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
}

function cut(message: string): string {
  if (Buffer.byteLength(message) <= noteLimit) return message;
  let text = message.slice(0, noteLimit - 3);
  while (Buffer.byteLength(text) > noteLimit - 3) text = text.slice(0, -1);
  return `${text}…`;
}

/**
 * Sends Events beside the work that they tell of: one that cannot be sent is lost, never an error of the delivery:
 * `failed` is told.
 */
export class EventSender {
  readonly #client: Pick<KubeClient, 'create'>;
  readonly #failed: (error: unknown) => void;
  readonly #clock: Clock;
  readonly #gate = new Gate(parallel);
  /** In the order of their transitions, each with how to take it back from the clock. */
  readonly #held = new Map<KubeObject, () => void>();
  readonly #sending = new Set<Promise<void>>();

  constructor(client: Pick<KubeClient, 'create'>, failed: (error: unknown) => void, clock: Clock = systemClock) {
    this.#client = client;
    this.#failed = failed;
    this.#clock = clock;
  }

  /** Soon: a second later, or when all is flushed. */
  send(event: KubeObject): void {
    this.#held.set(
      event,
      this.#clock.after(behindMs, () => this.#begin(event)),
    );
  }

  #begin(event: KubeObject): void {
    this.#held.delete(event);
    const sending = this.#gate
      .run(() => this.#send(event))
      .catch(this.#failed)
      .finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
  }

  /** Resolves when what was sent has arrived, or is lost; after `limitMs` at the latest. */
  async flush(limitMs: number): Promise<void> {
    for (const [event, takeBack] of [...this.#held]) {
      takeBack();
      this.#begin(event);
    }
    const late = Promise.withResolvers<void>();
    const cancel = this.#clock.after(limitMs, late.resolve);
    await Promise.race([Promise.all(this.#sending), late.promise]);
    cancel();
  }

  async #send(event: KubeObject): Promise<void> {
    try {
      await this.#client.create(event);
    } catch (error) {
      if (!isEnding(error)) throw error;
      await this.#client.create(aboutNamespace(event));
    }
  }
}

/** A namespace that is being deleted takes nothing new, and may be gone by now. */
function isEnding(error: unknown): boolean {
  if (!(error instanceof KubeError)) return false;
  return error.status === 404 || (error.status === 403 && /being terminated/.test(error.message));
}

/** The same, told of the namespace itself, whose Events lie in `default`. */
function aboutNamespace(event: KubeObject): KubeObject {
  const { kind, name, namespace } = event['involvedObject'] as { kind: string; name: string; namespace: string };
  return {
    ...event,
    metadata: { ...event.metadata, namespace: 'default' },
    involvedObject: { apiVersion: 'v1', kind: 'Namespace', name: namespace },
    message: cut(`${kind} ${name}: ${event['message']}`),
  };
}
