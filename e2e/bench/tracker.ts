import { performance } from 'node:perf_hooks';
import type { Api } from '../cluster/api.ts';
import type { Times } from './order.ts';
import { type Change, type Watched, watch } from './watch.ts';
import { namespaces } from './world.ts';

/** Sees every Job and every status of the Services, and remembers when. Times of the clock: milliseconds. */
export class Tracker {
  /** In resource versions, since the last `reset`. */
  readonly times = { jobCreated: new Map<string, number>(), ready: new Map<string, number>() } satisfies Times;
  readonly jobAt = new Map<string, number>();
  readonly readyAt = new Map<string, number>();
  /** Jobs seen since the last `reset`: more than Services means that something was delivered twice. */
  jobs = 0;
  readonly #job = new Map<string, string>();
  /** Newest sight of each Service whose Job has not been seen yet: the two watches are not in step. */
  readonly #early = new Map<string, Watched>();
  #stops: (() => void)[] = [];

  async start(api: Api): Promise<void> {
    const { services } = namespaces;
    this.#stops = [
      await watch(api, `/apis/batch/v1/namespaces/${services}/jobs`, (change) => this.#onJob(change)),
      await watch(api, `/apis/alustan.io/v1alpha1/namespaces/${services}/services`, (change) =>
        this.#onService(change.object),
      ),
    ];
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }

  reset(): void {
    for (const map of [this.times.jobCreated, this.times.ready, this.jobAt, this.readyAt, this.#job, this.#early])
      map.clear();
    this.jobs = 0;
  }

  /** Milliseconds from the first Job to the last Service that became Ready. */
  elapsedMs(): number {
    return Math.max(...this.readyAt.values()) - Math.min(...this.jobAt.values());
  }

  /** Resource version of the newest first Job of a Service; 0 when there is none. */
  newestJob(): number {
    return Math.max(0, ...this.times.jobCreated.values());
  }

  /** What was seen since the last `reset`, and some of what is missing. */
  summary(): string {
    const waiting = [...this.#early.keys()].filter((name) => !this.readyAt.has(name));
    return `${this.jobs} Jobs, ${this.readyAt.size} Ready, not Ready: ${waiting.slice(0, 5).join(', ') || 'none seen'}`;
  }

  #onJob({ type, object }: Change): void {
    const owner = object.metadata.ownerReferences?.[0]?.name;
    if (type !== 'ADDED' || owner === undefined) return;
    this.jobs += 1;
    this.#job.set(owner, object.metadata.name);
    if (!this.jobAt.has(owner)) {
      this.jobAt.set(owner, performance.now());
      this.times.jobCreated.set(owner, Number(object.metadata.resourceVersion));
    }
    const early = this.#early.get(owner);
    if (early) this.#onService(early);
  }

  #onService(object: Watched): void {
    const { name, resourceVersion } = object.metadata;
    if (this.readyAt.has(name)) return;
    this.#early.set(name, object);
    if (!isDelivered(object, this.#job.get(name))) return;
    this.readyAt.set(name, performance.now());
    this.times.ready.set(name, Number(resourceVersion));
  }
}

/** Ready, by the Job seen last. */
function isDelivered({ status }: Watched, job: string | undefined): boolean {
  const record = status?.['job'] as { name?: string; phase?: string } | undefined;
  const ready = status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True');
  return ready === true && record?.phase === 'succeeded' && record.name === job;
}
