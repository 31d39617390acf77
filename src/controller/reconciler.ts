import type { CarryOut } from '../apply/carry-out.ts';
import { failureOf } from '../apply/failure.ts';
import type { Key } from '../core/key.ts';
import { formatKey } from '../core/key.ts';
import type { Log } from '../core/log.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Plan } from '../core/plan.ts';
import type { Condition, KubeObject } from '../core/resource.ts';
import { type Failure, ok, type Result } from '../core/result.ts';
import { isConflict, isNotFound, KubeError } from '../kube/client.ts';
import { type EventSender, eventOf, isTransition } from '../status/events.ts';
import { type BaseStatus, summarize } from '../status/summarize.ts';
import type { StatusWriter } from '../status/writer.ts';

/** What one kind adds to the common pass: how to parse, gather and plan. */
export type KindController<Object, Facts, Report extends object> = Readonly<{
  find(key: Key): KubeObject | undefined;
  parse(object: KubeObject): Result<Object>;
  gather(object: Object, signal: AbortSignal): Promise<Facts>;
  plan(object: Object, facts: Facts, now: Date): Plan<Report>;
  /** Milliseconds after which a settled object is looked at again. */
  intervalMs(object: KubeObject): number;
  /** Conditions of the kind's own, from its report. */
  conditions?(report: Report): readonly Omit<Condition, 'lastTransitionTime' | 'observedGeneration'>[];
  /** After a pass whose status is written. */
  settled?(object: Object): void;
  /** After the object is gone. */
  forget?(key: Key): void;
}>;

export type ReconcilerTools = Readonly<{
  writer: StatusWriter;
  events: EventSender;
  carryOut: CarryOut;
  log: Log;
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

/** Milliseconds: the object changed under us; its newer version is on its way through the watch. */
const afterConflictMs = 100;

/**
 * One pass over one object, the same for every kind: find, parse, gather, plan, record, carry out, fold. Level-based:
 * it may be called at any time and any number of times.
 */
export class Reconciler<Object, Facts, Report extends object> {
  readonly #kind: KindController<Object, Facts, Report>;
  readonly #tools: ReconcilerTools;
  readonly #failures = new Map<string, number>();

  constructor(kind: KindController<Object, Facts, Report>, tools: ReconcilerTools) {
    this.#kind = kind;
    this.#tools = tools;
  }

  async reconcile(key: Key, signal: AbortSignal): Promise<Requeue> {
    const cached = this.#kind.find(key);
    if (cached === undefined) return this.#gone(key);
    try {
      return await this.#pass(key, this.#tools.writer.freshest(cached), signal);
    } catch (error) {
      if (isConflict(error)) return { requeueAfterMs: afterConflictMs };
      if (isNotFound(error)) return {};
      throw error;
    }
  }

  async #pass(key: Key, object: KubeObject, signal: AbortSignal): Promise<Requeue> {
    const parsed = this.#kind.parse(object);
    if (!parsed.ok) return this.#settle(key, object, parsed.failure, undefined);
    const facts = await this.#gather(parsed.value, signal);
    if (!facts.ok) return this.#settle(key, object, facts.failure, undefined);
    const plan = this.#kind.plan(parsed.value, facts.value, this.#tools.now());
    const current = await this.#record(key, object, plan);
    const failure = await this.#tools.carryOut(plan.groups, signal);
    const requeue = await this.#settle(key, current, failure ?? plan.outcome, plan.report);
    this.#kind.settled?.(parsed.value);
    return requeue;
  }

  async #gather(object: Object, signal: AbortSignal): Promise<Result<Facts>> {
    try {
      return ok(await this.#kind.gather(object, signal));
    } catch (error) {
      if (error instanceof GatherError) return { ok: false, failure: error.failure };
      if (error instanceof KubeError) return { ok: false, failure: failureOf(error, 'reading the cluster') };
      throw error;
    }
  }

  /** E20: a Job's name is in the status before the Job exists. */
  async #record(key: Key, object: KubeObject, plan: Plan<Report>): Promise<KubeObject> {
    const runs = plan.groups.some((group) => group.actions.some((action) => action.type === 'run-job'));
    if (!runs) return object;
    return (await this.#write(key, object, plan.outcome, plan.report)).object;
  }

  async #settle(key: Key, object: KubeObject, outcome: Outcome, report: Report | undefined): Promise<Requeue> {
    this.#count(key, outcome);
    const { requeueAfterMs } = await this.#write(key, object, outcome, report);
    return requeueAfterMs === undefined ? {} : { requeueAfterMs };
  }

  async #write(key: Key, object: KubeObject, outcome: Outcome, report: Report | undefined) {
    const { status, requeueAfterMs } = this.#fold(key, object, outcome, report);
    const before = object['status'] as BaseStatus | undefined;
    const written = await this.#tools.writer.write(object, status);
    if (isTransition(before, status)) {
      const level = outcome.kind === 'transient' || outcome.kind === 'delivery' ? 'warn' : 'info';
      const fields = { object: formatKey(key), state: status.state, reason: outcome.reason };
      this.#tools.log[level](fields, outcome.message);
      await this.#tools.events.send(eventOf(object, outcome, this.#tools.now()));
    }
    return { object: written, requeueAfterMs };
  }

  #fold(key: Key, object: KubeObject, outcome: Outcome, report: Report | undefined) {
    const before = object['status'] as (BaseStatus & Report) | undefined;
    // An object that cannot be parsed keeps what its status said of the running version.
    const kept = report ?? (before as Report | undefined) ?? ({} as Report);
    return summarize(before, outcome, kept, {
      generation: object.metadata.generation ?? 0,
      now: this.#tools.now(),
      intervalMs: this.#kind.intervalMs(object),
      failures: this.#failures.get(formatKey(key)) ?? 0,
      extra: this.#kind.conditions?.(kept) ?? [],
    });
  }

  #count(key: Key, outcome: Outcome): void {
    const name = formatKey(key);
    if (outcome.kind === 'transient') this.#failures.set(name, (this.#failures.get(name) ?? 0) + 1);
    else this.#failures.delete(name);
  }

  #gone(key: Key): Requeue {
    this.#failures.delete(formatKey(key));
    this.#kind.forget?.(key);
    return {};
  }
}
