import type { KubeObject } from '../../core/resource.ts';
import { act } from '../cluster/act.ts';
import type { Action } from '../cluster/action.ts';
import { sameJson } from '../cluster/json.ts';
import { isFinished, isTerminating } from '../cluster/pods.ts';
import type { Container, ContainerState, Pod, PodStatus } from '../cluster/types.ts';
import type { World } from '../cluster/world.ts';
import type { Addresses } from './addresses.ts';
import { ConfigError } from './environment.ts';
import { transitionEvents } from './events.ts';
import { PullError } from './image/image-programs.ts';
import type { ImagePresent } from './images.ts';
import { logChanges } from './logs.ts';
import type { ProcessPods } from './process-pods.ts';
import { nodeName } from './register.ts';
import type { Scheduler } from './scheduler.ts';
import { pullFailure, pullRetryMs, simulate } from './simulate.ts';
import { failedStatus, inState, podStatus, statusOf, waiting } from './status.ts';
import { lookAround } from './surroundings.ts';
import { MountError } from './volumes.ts';

export type WorkerOptions = Readonly<{
  world: World;
  processes: ProcessPods;
  scheduler: Scheduler;
  addresses: Addresses;
  imagePresent: ImagePresent;
  podLogDir: string;
  startDelayMs: number;
  pods: () => readonly Pod[];
}>;

/** Milliseconds that a pretended pod takes to end, and between looks at one that lacks something. */
const stopMs = 50;
const retryMs = 2_000;

/** Brings one pod a step on: has it placed, starts it, tells how it stands, ends it. */
export class PodWorker {
  readonly #options: WorkerOptions;
  readonly #changedAt = new Map<string, number>();
  readonly #told = new Set<string>();

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  /** Resolves to the milliseconds after which the pod is to be looked at again. */
  async handle(pod: Pod, now: Date): Promise<number | undefined> {
    if (pod.spec.nodeName === undefined || pod.spec.nodeName === '')
      return await this.#options.scheduler.place(pod, now);
    if (pod.spec.nodeName !== nodeName) return undefined;
    if (isTerminating(pod)) return await this.#end(pod, now);
    if (isFinished(pod)) return await this.#leave(pod);
    const overdue = deadlineMs(pod, now);
    if (overdue !== undefined && overdue <= 0) return await this.#expire(pod, now, -overdue);
    const again = this.#options.processes.owns(pod) ? await this.#process(pod, now) : await this.#pretend(pod, now);
    return again === undefined ? overdue : Math.min(again, overdue ?? again);
  }

  forget(uid: string): void {
    this.#changedAt.delete(uid);
    this.#told.delete(uid);
    this.#options.addresses.release(uid);
  }

  async #leave(pod: Pod): Promise<undefined> {
    const { processes } = this.#options;
    if (processes.owns(pod)) await processes.unmount(pod.metadata.uid ?? '');
    return undefined;
  }

  async #pretend(pod: Pod, now: Date): Promise<number | undefined> {
    const { world, imagePresent, startDelayMs, podLogDir } = this.#options;
    const seen = await lookAround(world, pod, imagePresent);
    const step = simulate(pod, { ...seen, ip: this.#ip(pod), startDelayMs, elapsedMs: this.#elapsed(pod) }, now);
    if (seen.mountError !== undefined) await this.#once(pod, 'Warning', 'FailedMount', seen.mountError);
    if (!sameJson(step.status, pod.status)) await logChanges(podLogDir, pod, step.status, now);
    await this.#report(pod, step.status);
    return step.againMs;
  }

  async #process(pod: Pod, now: Date): Promise<number | undefined> {
    try {
      const step = await this.#options.processes.step(pod, this.#ip(pod), now);
      await this.#report(pod, step.status);
      return step.againMs;
    } catch (error) {
      const state = (container: Container) => this.#hindrance(pod, container, error);
      const main = pod.spec.containers.map((container) => inState(pod, container, state(container)));
      if (error instanceof MountError) await this.#once(pod, 'Warning', 'FailedMount', error.message);
      await this.#report(pod, podStatus(pod, { init: [], main, ip: this.#ip(pod), now }));
      return error instanceof PullError ? pullRetryMs : retryMs;
    }
  }

  /** What a container waits for that cannot be started yet. @throws any other error */
  #hindrance(pod: Pod, container: Container, error: unknown): ContainerState {
    if (error instanceof ConfigError) return waiting('CreateContainerConfigError', error.message);
    if (error instanceof MountError) return waiting('ContainerCreating');
    if (!(error instanceof PullError)) throw error;
    const before = statusOf(pod, container.name)?.state.waiting?.reason;
    return pullFailure(container, error.message, before, this.#elapsed(pod));
  }

  /** A pod that is being deleted: its processes are told to stop, and killed when its grace is over. */
  async #end(pod: Pod, now: Date): Promise<number | undefined> {
    const { world, processes } = this.#options;
    if (processes.owns(pod) && !isFinished(pod)) {
      const { status, over } = await processes.look(pod, now);
      if (!over) return await this.#stop(pod, Date.parse(pod.metadata.deletionTimestamp ?? '') - now.getTime());
      await this.#report(pod, isOver(status) ? status : failedStatus(pod, '', '', now, 143));
    } else if (!isFinished(pod)) {
      if (this.#elapsed(pod) < stopMs) return stopMs;
      // Whoever counts the ends of pods must see one; nobody else misses it.
      if (pod.metadata.finalizers?.length) await this.#report(pod, failedStatus(pod, '', '', now, 143));
    }
    const grace = (pod.metadata as { deletionGracePeriodSeconds?: number }).deletionGracePeriodSeconds;
    if (grace !== 0) await act(world, [{ do: 'delete', object: pod, graceSeconds: 0 }], 'kubelet');
    return undefined;
  }

  async #stop(pod: Pod, leftMs: number): Promise<number> {
    const { processes } = this.#options;
    if (leftMs <= 0) await processes.signal(pod, 'SIGKILL');
    else if (!this.#told.has(`${pod.metadata.uid}/stop`)) {
      this.#told.add(`${pod.metadata.uid}/stop`);
      await this.#tell(pod, 'Normal', 'Killing', `Stopping container ${pod.spec.containers[0]?.name}`);
      await processes.signal(pod, 'SIGTERM');
    }
    return Math.min(Math.max(leftMs, 50), 500);
  }

  /** `activeDeadlineSeconds` is over since `lateMs`. */
  async #expire(pod: Pod, now: Date, lateMs: number): Promise<number | undefined> {
    const { processes } = this.#options;
    const seen = processes.owns(pod) ? await processes.look(pod, now) : undefined;
    if (seen?.over === false) {
      return await this.#stop(pod, (pod.spec.terminationGracePeriodSeconds ?? 30) * 1000 - lateMs);
    }
    const message = 'Pod was active on the node longer than the specified deadline';
    const ended = seen === undefined ? pod : { ...pod, status: seen.status };
    await this.#report(pod, failedStatus(ended, 'DeadlineExceeded', message, now));
    return undefined;
  }

  async #report(pod: Pod, status: PodStatus): Promise<void> {
    if (sameJson(status, pod.status)) return;
    this.#changedAt.set(pod.metadata.uid ?? '', performance.now());
    const actions: Action[] = [{ do: 'status', object: pod, status }];
    await act(this.#options.world, [...actions, ...transitionEvents(pod, status)], 'kubelet');
  }

  #ip(pod: Pod): string {
    return this.#options.addresses.of(pod, this.#options.pods);
  }

  /** Milliseconds since this process changed the pod's status, or first saw it. */
  #elapsed(pod: Pod): number {
    const uid = pod.metadata.uid ?? '';
    const since = this.#changedAt.get(uid) ?? performance.now();
    this.#changedAt.set(uid, since);
    return performance.now() - since;
  }

  async #once(pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string): Promise<void> {
    const key = `${pod.metadata.uid}/${reason}/${message}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    await this.#tell(pod, type, reason, message);
  }

  async #tell(object: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string): Promise<undefined> {
    await act(this.#options.world, [{ do: 'event', object, type, reason, message }], 'kubelet');
  }
}

function isOver(status: PodStatus): boolean {
  return status.phase === 'Succeeded' || status.phase === 'Failed';
}

/** Milliseconds until the pod's own deadline; undefined when it has none. */
function deadlineMs(pod: Pod, now: Date): number | undefined {
  const { activeDeadlineSeconds } = pod.spec;
  const start = pod.status?.startTime;
  if (activeDeadlineSeconds === undefined || start === undefined) return undefined;
  return Date.parse(start) + activeDeadlineSeconds * 1000 - now.getTime();
}
