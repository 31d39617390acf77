import { stamp } from '../cluster/pods.ts';
import type { Container, ContainerState, ContainerStatus, Pod, PodStatus } from '../cluster/types.ts';
import { initialized, inState, isSidecar, podStatus, restarts, statusOf, waiting } from './status.ts';

/** Annotations with which a user tries failures; documented in docs/local-mode-node.md. */
export const exitCodeAnnotation = 'local.alustan.io/exit-code';
export const runSecondsAnnotation = 'local.alustan.io/run-seconds';

export type ImageState = Readonly<{ digest?: string }> | Readonly<{ missing: string }>;

/** What the node knows about a pod's surroundings at this moment. */
export type Around = Readonly<{
  /** By image name. */
  images: ReadonlyMap<string, ImageState>;
  /** By container name: why its environment cannot be made. */
  configErrors: ReadonlyMap<string, string>;
  mountError: string | undefined;
  /** Milliseconds since the pod's status changed last. */
  elapsedMs: number;
  startDelayMs: number;
  ip: string;
}>;

export type Step = Readonly<{ status: PodStatus; againMs?: number }>;
type Next = Readonly<{ state: ContainerState; imageID?: string; againMs?: number }>;

/** Milliseconds between tries to pull an image that is missing. */
export const pullRetryMs = 5_000;
const restartMs = { first: 10_000, longest: 300_000 };

/** One step of a pod whose containers are only pretended: pure, from the status that the API holds. */
export function simulate(pod: Pod, around: Around, now: Date): Step {
  const waits: number[] = [];
  const take = (container: Container, next: Next): ContainerStatus => {
    if (next.againMs !== undefined) waits.push(Math.max(1, next.againMs));
    return inState(pod, container, next.state, next.imageID);
  };
  const init = initSteps(pod, around, now, take);
  const open = initialized(pod, init);
  const main = pod.spec.containers.map((container) =>
    take(container, open ? advance(pod, container, around, now) : { state: waiting('PodInitializing') }),
  );
  const status = podStatus(pod, { init, main, ip: around.ip, now });
  return waits.length === 0 ? { status } : { status, againMs: Math.min(...waits) };
}

function initSteps(pod: Pod, around: Around, now: Date, take: (c: Container, next: Next) => ContainerStatus) {
  const done: ContainerStatus[] = [];
  for (const container of pod.spec.initContainers ?? []) {
    const turn = initialized(pod, done);
    done.push(take(container, turn ? advance(pod, container, around, now) : { state: waiting('PodInitializing') }));
  }
  return done;
}

function advance(pod: Pod, container: Container, around: Around, now: Date): Next {
  const { state } = statusOf(pod, container.name) ?? { state: waiting('ContainerCreating') };
  if (state.running !== undefined) return run(pod, container, around, now, state.running.startedAt);
  if (state.terminated !== undefined) return afterEnd(pod, container, state);
  if (state.waiting?.reason === 'CrashLoopBackOff') return crashLoop(pod, container, around, now, state);
  return create(container, around, now, state.waiting?.reason);
}

/** A container that waits for its start. */
function create(container: Container, around: Around, now: Date, reason: string | undefined): Next {
  const left = around.startDelayMs - around.elapsedMs;
  const fresh = reason === undefined || reason === 'ContainerCreating' || reason === 'PodInitializing';
  if (around.mountError !== undefined) return { state: waiting('ContainerCreating'), againMs: pullRetryMs };
  if (fresh && left > 0) return { state: waiting('ContainerCreating'), againMs: left };
  const image = around.images.get(container.image) ?? {};
  if ('missing' in image)
    return { state: pullFailure(container, image.missing, reason, around.elapsedMs), againMs: pullRetryMs };
  const wrong = around.configErrors.get(container.name);
  if (wrong !== undefined) return { state: waiting('CreateContainerConfigError', wrong), againMs: pullRetryMs };
  const imageID = image.digest === undefined ? container.image : `${repositoryOf(container.image)}@${image.digest}`;
  return { state: { running: { startedAt: stamp(now) } }, imageID };
}

/** The first failure is shown as such for a moment, then as the wait for the next try. */
export function pullFailure(
  container: Container,
  why: string,
  reason: string | undefined,
  elapsedMs: number,
): ContainerState {
  const again = reason === 'ImagePullBackOff' || (reason === 'ErrImagePull' && elapsedMs >= pullRetryMs / 2);
  if (!again) return waiting('ErrImagePull', why);
  return waiting('ImagePullBackOff', `Back-off pulling image "${container.image}": ErrImagePull: ${why}`);
}

export function repositoryOf(image: string): string {
  return image.replace(/@.*$/, '').replace(/:[^:/]*$/, '');
}

/** A container that runs: a service runs for ever, a task ends, and a user may ask for another end. */
function run(pod: Pod, container: Container, around: Around, now: Date, startedAt: string): Next {
  const state: ContainerState = { running: { startedAt } };
  const code = exitCodeOf(pod);
  const stays = isSidecar(container) || (!isTask(pod, container) && code === undefined);
  if (stays) return { state };
  const seconds = Number(pod.metadata.annotations?.[runSecondsAnnotation] ?? Number.NaN);
  const runMs = Number.isNaN(seconds) ? around.startDelayMs : seconds * 1000;
  if (around.elapsedMs < runMs) return { state, againMs: runMs - around.elapsedMs };
  const exitCode = code ?? 0;
  const reason = exitCode === 0 ? 'Completed' : 'Error';
  return { state: { terminated: { exitCode, reason, startedAt, finishedAt: stamp(now) } } };
}

function isTask(pod: Pod, container: Container): boolean {
  return (pod.spec.restartPolicy ?? 'Always') !== 'Always' || pod.spec.initContainers?.includes(container) === true;
}

function exitCodeOf(pod: Pod): number | undefined {
  const text = pod.metadata.annotations?.[exitCodeAnnotation];
  return text !== undefined && /^\d{1,3}$/.test(text) ? Number(text) : undefined;
}

function afterEnd(pod: Pod, container: Container, state: ContainerState): Next {
  const ended = state.terminated;
  if (ended === undefined || !restarts(pod, container, ended.exitCode)) return { state };
  const delay = backOffMs(pod, container);
  const words = `back-off ${delay / 1000}s restarting failed container=${container.name} pod=${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`;
  return { state: waiting('CrashLoopBackOff', words), againMs: delay };
}

function backOffMs(pod: Pod, container: Container): number {
  return Math.min(restartMs.first * 2 ** (statusOf(pod, container.name)?.restartCount ?? 0), restartMs.longest);
}

function crashLoop(pod: Pod, container: Container, around: Around, now: Date, state: ContainerState): Next {
  const ended = Date.parse(statusOf(pod, container.name)?.lastState.terminated?.finishedAt ?? '');
  const left = ended + backOffMs(pod, container) - now.getTime();
  return left > 0
    ? { state, againMs: left }
    : create(container, { ...around, elapsedMs: around.startDelayMs }, now, 'CrashLoopBackOff');
}
