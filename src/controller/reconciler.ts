import type { CarryOut } from '../apply/carry-out.ts';
import { failureOf, objectChanged } from '../apply/failure.ts';
import type { Key } from '../core/key.ts';
import { formatKey } from '../core/key.ts';
import type { Log } from '../core/log.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Plan } from '../core/plan.ts';
import { reconcileRequest } from '../core/reconcile-now.ts';
import type { KubeObject } from '../core/resource.ts';
import { type Failure, ok, type Result } from '../core/result.ts';
import type { Telemetry } from '../core/telemetry.ts';
import { isConflict, isNotFound, KubeError } from '../kube/client.ts';
import { type EventSender, eventOf } from '../status/events.ts';
import { Pauses } from '../status/pause.ts';
import { type BaseStatus, isTransition, newWarnings, summarize } from '../status/summarize.ts';
import type { StatusWriter } from '../status/writer.ts';

/** What one kind adds to the common pass: how to parse, gather and plan. */
export type KindController<Object, Facts, Report extends object> = Readonly<{
  /** The newest that is known, own writes included. */
  find(key: Key): KubeObject | undefined;
  /** Told of what the API server answered to a write, so that `find` finds it. */
  wrote(object: KubeObject): void;
  parse(object: KubeObject): Result<Object>;
  gather(object: Object, signal: AbortSignal): Promise<Facts>;
  /** False where the gathering has not come to the sources: what `alustan.io/reconcile` asks for is still to be done. */
  looked?(facts: Facts): boolean;
  /** Pure: no clock, no I/O. */
  plan(object: Object, facts: Facts, now: Date): Plan<Report>;
  /** Milliseconds after which a settled object is looked at again. */
  intervalMs(object: KubeObject): number;
  /** After a pass whose status is written. */
  settled?(object: Object): void;
  /** After the object is gone. */
  forget?(key: Key): void;
}>;

export type ReconcilerTools = Readonly<{
  writer: Pick<StatusWriter, 'write'>;
  events: Pick<EventSender, 'send'>;
  carryOut: CarryOut;
  log: Log;
  telemetry: Pick<Telemetry, 'settled'>;
  now: () => Date;
}>;

/** Ends a gathering: without this fact no plan can be made. */
export class GatherError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

export type Requeue = Readonly<{ requeueAfterMs?: number }>;

/** What a pass has come to: the object as it is now, and what is to be said of it. */
type Made<Report> = Readonly<{
  object: KubeObject;
  outcome: Outcome;
  report?: Report;
  ended?: boolean;
  /** Something must not begin before this is written. */
  record?: true;
  /** What `alustan.io/reconcile` asked for before the sources were looked at. */
  handled?: string | undefined;
}>;

type Planned<Report> = Plan<Report> & Readonly<{ looked: boolean }>;

/** Milliseconds: the object changed under us; its newer version is on its way through the watch. */
const afterConflictMs = 100;
/** Milliseconds for which that is not told, since it mends itself: many may write one cluster Secret at a time. */
const conflictPatienceMs = 10_000;

/**
 * One pass over one object, the same for every kind: find, parse, gather, plan, record, carry out, fold. Level-based:
 * it may be called at any time and any number of times.
 */
export class Reconciler<Object, Facts, Report extends object> {
  readonly #kind: KindController<Object, Facts, Report>;
  readonly #tools: ReconcilerTools;
  readonly #failures = new Map<string, number>();
  readonly #pauses = new Pauses();
  /** Since when actions meet what has changed, by key. */
  readonly #outrun = new Map<string, number>();

  constructor(kind: KindController<Object, Facts, Report>, tools: ReconcilerTools) {
    this.#kind = kind;
    this.#tools = tools;
  }

  /** Rejects when the status cannot be written, and with the signal's reason. */
  async reconcile(key: Key, signal: AbortSignal): Promise<Requeue> {
    const object = this.#kind.find(key);
    if (object === undefined) return this.#gone(key);
    try {
      return await this.#pass(key, object, signal);
    } catch (error) {
      if (isConflict(error)) return { requeueAfterMs: afterConflictMs };
      if (isNotFound(error)) return {};
      throw error;
    }
  }

  async #pass(key: Key, object: KubeObject, signal: AbortSignal): Promise<Requeue> {
    const parsed = this.#kind.parse(object);
    if (!parsed.ok) return this.#settle(key, { object, outcome: parsed.failure });
    const plan = await this.#plan(key, parsed.value, signal);
    // What was given up half way says nothing of the object.
    signal.throwIfAborted();
    if (!plan.ok) return this.#settle(key, { object, outcome: plan.failure });
    const made = await this.#carryOut(key, object, plan.value, signal);
    signal.throwIfAborted();
    if (this.#isOutrun(key, made)) return { requeueAfterMs: afterConflictMs };
    const requeue = await this.#settle(key, made);
    this.#kind.settled?.(parsed.value);
    return requeue;
  }

  async #plan(key: Key, object: Object, signal: AbortSignal): Promise<Result<Planned<Report>>> {
    try {
      const facts = await this.#kind.gather(object, signal);
      const looked = this.#kind.looked?.(facts) !== false;
      return ok({ ...this.#kind.plan(object, facts, this.#tools.now()), looked });
    } catch (error) {
      if (error instanceof GatherError) return { ok: false, failure: error.failure };
      if (error instanceof KubeError) return { ok: false, failure: failureOf(error, 'reading the cluster') };
      if (!signal.aborted) this.#tools.log.error({ object: formatKey(key), err: error }, 'a fault of the program');
      return { ok: false, failure: failureOf(error, 'a fault of the controller, see its log') };
    }
  }

  async #carryOut(key: Key, object: KubeObject, plan: Planned<Report>, signal: AbortSignal): Promise<Made<Report>> {
    const handled = handledBy(object, plan);
    const recorded = await this.#record(key, object, plan);
    const { failure, objects } = await this.#tools.carryOut(plan.groups, signal);
    const report = failure === undefined ? plan.report : (plan.unsettled ?? plan.report);
    const made = { outcome: failure ?? plan.outcome, report, handled };
    const own = objects.findLast(({ metadata }) => metadata.uid === object.metadata.uid);
    if (own === undefined) return { ...made, object: recorded };
    this.#kind.wrote(own);
    // With a spec that this plan has not seen, the status is not ours to write: 409, and the next pass.
    if (own.metadata.generation !== object.metadata.generation) return { ...made, object: recorded };
    const ended = own.metadata.deletionTimestamp !== undefined && (own.metadata.finalizers ?? []).length === 0;
    return { ...made, object: { ...recorded, metadata: own.metadata }, ended };
  }

  /** E20: a Job's name is in the status before the Job exists. Who has seen an old version of the object ends here: 409. */
  async #record(key: Key, object: KubeObject, plan: Planned<Report>): Promise<KubeObject> {
    const runs = plan.groups.some((group) => group.actions.some((action) => action.type === 'run-job'));
    if (!runs && plan.reportFirst !== true) return object;
    const { outcome, report } = plan;
    const handled = handledBy(object, plan);
    return (await this.#write(key, { object, outcome, report, record: true, handled })).object;
  }

  /** Whether an action was made of what has changed since: the pass is repeated, as if it had not been. */
  #isOutrun(key: Key, { outcome: { kind, reason } }: Made<Report>): boolean {
    const id = formatKey(key);
    if (kind !== 'transient' || reason !== objectChanged) {
      this.#outrun.delete(id);
      return false;
    }
    const now = this.#tools.now().getTime();
    const since = this.#outrun.get(id) ?? now;
    this.#outrun.set(id, since);
    return now - since < conflictPatienceMs;
  }

  async #settle(key: Key, made: Made<Report>): Promise<Requeue> {
    const { requeueAfterMs } = await this.#write(key, made);
    this.#failures.set(formatKey(key), this.#failed(key, made.outcome));
    this.#tools.telemetry.settled(key.kind, made.outcome.kind);
    return requeueAfterMs === undefined || made.ended === true ? {} : { requeueAfterMs };
  }

  async #write(key: Key, made: Made<Report>) {
    const { object, outcome, ended } = made;
    const { status, requeueAfterMs } = this.#fold(key, made);
    const now = this.#tools.now();
    const before = object['status'] as BaseStatus | undefined;
    const pauseMs = made.record === true ? 0 : this.#pauses.before(key, before, status, now);
    if (pauseMs > 0) return { object, requeueAfterMs: Math.min(pauseMs, requeueAfterMs ?? pauseMs) };
    // An object whose last finalizer is gone has no status any more; what became of it is told all the same.
    const written = ended === true ? object : await this.#tools.writer.write(object, status);
    if (written !== object) this.#kind.wrote(written);
    if (isTransition(before, status)) {
      const level = outcome.kind === 'transient' || outcome.kind === 'delivery' ? 'warn' : 'info';
      const fields = { object: formatKey(key), state: status.state, reason: outcome.reason };
      this.#tools.log[level](fields, outcome.message);
      this.#tools.events.send(eventOf(object, outcome, now));
    }
    for (const warning of newWarnings(before, status, outcome)) {
      this.#tools.events.send(eventOf(object, { kind: 'completed', event: 'Warning', ...warning }, now));
    }
    return { object: written, requeueAfterMs };
  }

  #fold(key: Key, { object, outcome, report, handled }: Made<Report>) {
    const before = object['status'] as (BaseStatus & Report) | undefined;
    // An object that cannot be parsed keeps what its status said of the running version.
    const kept = report ?? (before as Report | undefined) ?? ({} as Report);
    return summarize(before, outcome, kept, {
      generation: object.metadata.generation ?? 0,
      now: this.#tools.now(),
      intervalMs: this.#kind.intervalMs(object),
      failures: this.#failed(key, outcome),
      reconcileRequest: report === undefined ? before?.lastHandledReconcile : handled,
    });
  }

  /** Failures in a row, this one counted. */
  #failed(key: Key, { kind }: Outcome): number {
    return kind === 'transient' ? (this.#failures.get(formatKey(key)) ?? 0) + 1 : 0;
  }

  #gone(key: Key): Requeue {
    this.#failures.delete(formatKey(key));
    this.#outrun.delete(formatKey(key));
    this.#pauses.forget(key);
    this.#kind.forget?.(key);
    return {};
  }
}

function handledBy(object: KubeObject, { looked }: Readonly<{ looked: boolean }>): string | undefined {
  const before = object['status'] as BaseStatus | undefined;
  return looked ? reconcileRequest(object) : before?.lastHandledReconcile;
}
