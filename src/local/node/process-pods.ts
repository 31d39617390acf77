import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stamp } from '../cluster/pods.ts';
import type { Container, ContainerState, ContainerStatus, Pod, PodStatus } from '../cluster/types.ts';
import type { World } from '../cluster/world.ts';
import { inspect, launch, type RunState, refuse, signalRun } from './attempt.ts';
import { StartError } from './image/image-programs.ts';
import { limitLog } from './log-limit.ts';
import { folderOf, preparePod, terminationFile, terminationMessage } from './process-files.ts';
import { imageFolder, prepareStart } from './process-start.ts';
import type { Runners } from './runners.ts';
import { initialized, inState, podStatus, restarts, statusOf } from './status.ts';

export type ProcessOptions = Readonly<{
  world: World;
  dataDir: string;
  podLogDir: string;
  runners: Runners;
  /** Something about this pod has changed outside of the API. */
  ring: (pod: Pod) => void;
}>;

type Run = Readonly<{ number: number; folder: string; state: RunState }>;

/** Milliseconds between looks at a process whose end is not told: one that an earlier local mode started. */
const lookMs = 500;
const restartMs = 10_000;

/** Pods whose containers are processes of the host. What it knows lies on disk: it survives a crash of local mode. */
export class ProcessPods {
  readonly #options: ProcessOptions;
  readonly #prepared = new Set<string>();

  constructor(options: ProcessOptions) {
    this.#options = options;
  }

  owns(pod: Pod): boolean {
    return this.sortOf(pod) !== undefined;
  }

  /** Which processes a pod has: those of an image may run for hours. Undefined: none. */
  sortOf(pod: Pod): 'runner' | 'image' | undefined {
    const programs = pod.spec.containers.flatMap((container) => this.#options.runners(pod, container) ?? []);
    if (programs.length === 0) return undefined;
    return programs.some((program) => 'images' in program) ? 'image' : 'runner';
  }

  /** Starts what is to run and tells how all stands. Rejects with `MountError` or `ConfigError`. */
  async step(pod: Pod, ip: string, now: Date): Promise<{ status: PodStatus; againMs?: number }> {
    const init = (pod.spec.initContainers ?? []).map((container) => this.#skipped(pod, container, now));
    const main: ContainerStatus[] = [];
    for (const container of pod.spec.containers) main.push(await this.#container(pod, container, now));
    const status = podStatus(pod, { init: initialized(pod, init) ? init : [], main, ip, now });
    return main.some(({ state }) => state.terminated === undefined) ? { status, againMs: lookMs } : { status };
  }

  /** The pod as it stands, without starting anything. `over`: no process of it lives any more. */
  async look(pod: Pod, now: Date): Promise<{ status: PodStatus; over: boolean }> {
    const main: ContainerStatus[] = [];
    let over = true;
    for (const container of pod.spec.containers) {
      const run = await this.#latest(pod, container);
      if (run.state.state === 'running') over = false;
      const state = await this.#stateOf(pod, container, run, now);
      main.push(inState(pod, container, state, this.#imageOf(pod, container)));
    }
    const init = (pod.spec.initContainers ?? []).map((container) => this.#skipped(pod, container, now));
    return { status: podStatus(pod, { init, main, now }), over };
  }

  async signal(pod: Pod, signal: NodeJS.Signals): Promise<void> {
    for (const container of pod.spec.containers) await signalRun((await this.#latest(pod, container)).folder, signal);
  }

  /** Kills what still runs of a pod that the API does not know. */
  async kill(uid: string): Promise<void> {
    const runs = join(folderOf(this.#options.dataDir, uid), 'runs');
    for (const container of await readdir(runs).catch(() => [])) {
      for (const run of await readdir(join(runs, container))) await signalRun(join(runs, container, run), 'SIGKILL');
    }
  }

  /** Takes volumes and images from a pod that has ended, as the kubelet does: secrets lie in them. */
  async unmount(uid: string): Promise<void> {
    const folder = folderOf(this.#options.dataDir, uid);
    await rm(join(folder, 'volumes'), { recursive: true, force: true });
    await rm(imageFolder(folder), { recursive: true, force: true });
  }

  async forget(uid: string): Promise<void> {
    this.#prepared.delete(uid);
    await rm(folderOf(this.#options.dataDir, uid), { recursive: true, force: true });
  }

  async #container(pod: Pod, container: Container, now: Date): Promise<ContainerStatus> {
    let run = await this.#latest(pod, container);
    if (run.state.state === 'void') run = this.#next(pod, container, run);
    const ended = run.state.state === 'ended' ? run.state : undefined;
    if (
      ended &&
      restarts(pod, container, ended.exitCode) &&
      now.getTime() - Date.parse(ended.finishedAt) >= restartMs
    ) {
      run = this.#next(pod, container, run);
    }
    let imageID = this.#imageOf(pod, container);
    if (run.state.state === 'absent' && !wasStarted(pod, container, run.number)) {
      imageID = (await this.#start(pod, container, run)) ?? imageID;
      run = { ...run, state: await inspect(run.folder) };
    }
    if (run.state.state === 'running') await limitLog(this.#logFile(pod, container));
    return inState(pod, container, await this.#stateOf(pod, container, run, now), imageID);
  }

  /** Resolves to the image's ID where an image is run. What can never be started has ended, with the reason. */
  async #start(pod: Pod, container: Container, run: Run): Promise<string | undefined> {
    const { world, dataDir, runners, ring } = this.#options;
    const program = runners(pod, container);
    if (program === undefined) return undefined;
    const uid = pod.metadata.uid ?? '';
    if (!this.#prepared.has(uid)) await preparePod(world, dataDir, pod);
    this.#prepared.add(uid);
    await writeFile(terminationFile(folderOf(dataDir, uid), container), '', { mode: 0o600 });
    try {
      const { imageID, ...start } = await prepareStart(world, dataDir, pod, container, program);
      await launch(run.folder, { ...start, logFile: this.#logFile(pod, container), onEnd: () => ring(pod) });
      return imageID;
    } catch (error) {
      const tooLong = (error as NodeJS.ErrnoException).code === 'E2BIG';
      if (!tooLong && !(error instanceof StartError)) throw error;
      await refuse(run.folder, tooLong ? 'exec: argument list too long' : (error as Error).message);
      return undefined;
    }
  }

  #logFile(pod: Pod, container: Container): string {
    return join(this.#options.podLogDir, pod.metadata.namespace ?? '', pod.metadata.name, `${container.name}.log`);
  }

  async #stateOf(pod: Pod, container: Container, { state: run, number }: Run, now: Date): Promise<ContainerState> {
    switch (run.state) {
      case 'running':
        return { running: { startedAt: stamp(new Date(run.startedAt)) } };
      case 'ended':
        return { terminated: await this.#ended(pod, container, run) };
      case 'lost':
        return unknownEnd('its process was killed and left no exit code', now, run.startedAt);
      default:
        if (wasStarted(pod, container, number))
          return unknownEnd('its process is not known to this machine any more', now);
        // A companion of a process, itself only pretended.
        return this.#options.runners(pod, container) === undefined
          ? { terminated: { exitCode: 0, reason: 'Completed', finishedAt: stamp(now) } }
          : { waiting: { reason: 'ContainerCreating' } };
    }
  }

  /** Of what is no image of a registry, its name; of an image, what was noted when it was started. */
  #imageOf(pod: Pod, container: Container): string {
    const program = this.#options.runners(pod, container);
    return program !== undefined && 'images' in program ? '' : container.image;
  }

  async #ended(pod: Pod, container: Container, run: Extract<RunState, { state: 'ended' }>) {
    const { exitCode, startedAt, finishedAt, refused } = run;
    const folder = folderOf(this.#options.dataDir, pod.metadata.uid ?? '');
    const said = await terminationMessage(folder, container, this.#logFile(pod, container), exitCode);
    const message = refused === undefined ? said : `failed to create containerd task: ${refused}`;
    return {
      exitCode,
      reason: refused !== undefined ? 'StartError' : exitCode === 0 ? 'Completed' : 'Error',
      ...(message === undefined ? {} : { message }),
      startedAt: stamp(new Date(startedAt)),
      finishedAt: stamp(new Date(finishedAt)),
    };
  }

  #skipped(pod: Pod, container: Container, now: Date): ContainerStatus {
    const before = statusOf(pod, container.name)?.state.terminated;
    const time = stamp(now);
    const terminated = before ?? { exitCode: 0, reason: 'Completed', startedAt: time, finishedAt: time };
    return { ...inState(pod, container, { terminated }, container.image), ready: true };
  }

  async #latest(pod: Pod, container: Container): Promise<Run> {
    const folder = this.#runsFolder(pod, container);
    const numbers = (await readdir(folder).catch(() => [])).map(Number).filter(Number.isInteger);
    const number = Math.max(0, ...numbers);
    const run = join(folder, String(number));
    return { number, folder: run, state: await inspect(run) };
  }

  #next(pod: Pod, container: Container, { number }: Run): Run {
    const folder = join(this.#runsFolder(pod, container), String(number + 1));
    return { number: number + 1, folder, state: { state: 'absent' } };
  }

  #runsFolder(pod: Pod, container: Container): string {
    return join(folderOf(this.#options.dataDir, pod.metadata.uid ?? ''), 'runs', container.name);
  }

  /** Folders of pods on disk, by uid. */
  async known(): Promise<string[]> {
    const folder = join(this.#options.dataDir, 'pods');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return await readdir(folder);
  }
}

/** Whether the API has been told that this container's first run was started. */
function wasStarted(pod: Pod, container: Container, number: number): boolean {
  const state = statusOf(pod, container.name)?.state;
  return number === 0 && (state?.running !== undefined || state?.terminated !== undefined);
}

function unknownEnd(why: string, now: Date, startedAt?: string): ContainerState {
  const message = `The container could not be located when the pod was looked at: ${why}`;
  const since = startedAt === undefined ? {} : { startedAt: stamp(new Date(startedAt)) };
  return { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', message, ...since, finishedAt: stamp(now) } };
}
