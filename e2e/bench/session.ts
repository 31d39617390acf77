import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { bundle } from '../../scripts/bundle.ts';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { type Completer, startCompleter } from './completer.ts';
import { type ControllerProcess, startController } from './controller-process.ts';
import type { Graph } from './order.ts';
import type { Reading } from './probe.ts';
import { sum } from './requests.ts';
import { Tracker } from './tracker.ts';
import { until } from './watch.ts';
import { namespaces, startWorld, type World } from './world.ts';

const patienceMs = 600_000;

export type SessionOptions = Readonly<{
  /** A control plane where Jobs really run; by default a fresh one without, and the bench completes them. */
  plane?: ControlPlane;
  controllerFlags?: readonly string[];
}>;

/** Services of a world, the controller that delivers them, and what sees and completes its Jobs. */
export class Session {
  readonly world: World;
  readonly tracker = new Tracker();
  readonly completer: Completer | undefined;
  readonly #flags: readonly string[];
  #controller: ControllerProcess | undefined;

  private constructor(world: World, completer: Completer | undefined, flags: readonly string[]) {
    this.world = world;
    this.completer = completer;
    this.#flags = flags;
  }

  static async open({ plane, controllerFlags = [] }: SessionOptions = {}): Promise<Session> {
    const world = await startWorld(plane);
    const completer = plane ? undefined : await startCompleter(world.plane, namespaces.services);
    const session = new Session(world, completer, controllerFlags);
    await session.tracker.start(world.api);
    await bundle(programDir(world.plane.dir));
    return session;
  }

  /** Throws before `startController`. */
  get controller(): ControllerProcess {
    if (!this.#controller) throw new Error('the controller was not started');
    return this.#controller;
  }

  /** Starts the controller, again after a kill. */
  async startController(): Promise<void> {
    const { kubeconfigPath, dir } = this.world.plane;
    this.#controller = await startController({
      program: join(programDir(dir), 'main.js'),
      kubeconfigPath,
      logPath: join(dir, 'controller.log'),
      flags: this.#flags,
    });
  }

  /** Creates the Services and a controller for them; resolves when all are Ready. */
  async deliver(graph: Graph): Promise<void> {
    await this.world.createServices(graph);
    await this.startController();
    await this.allReady(graph.size);
  }

  /** Resolves when every Service is Ready by a Job seen since the tracker's last reset. */
  async allReady(count: number): Promise<void> {
    const done = () => {
      this.check();
      return this.tracker.readyAt.size === count;
    };
    const seen = () => `: ${this.tracker.summary()}, ${this.completer?.completed() ?? 0} Jobs completed in all`;
    await until(`${count} Services to Ready`, patienceMs, done, seen);
  }

  /** Resolves when that many Jobs were seen since the tracker's last reset. */
  async jobsReach(count: number): Promise<void> {
    const done = () => {
      this.check();
      return this.tracker.jobs >= count;
    };
    await until(`${count} Jobs`, patienceMs, done, () => `: ${this.tracker.summary()}`);
  }

  /** Throws when the controller or what completes Jobs has failed. */
  check(): void {
    this.controller.check();
    const failure = this.completer?.failure();
    if (failure) throw failure;
  }

  /**
   * Until the controller has done what may come after: Events, tidying up. It must not slow what is measured next.
   *
   * @returns what it did meanwhile, a second each.
   */
  async quiet(): Promise<Reading[]> {
    const readings: Reading[] = [];
    for (let left = 120; left > 0; left -= 1) {
      await wait(1000);
      const reading = await this.controller.read();
      readings.push(reading);
      if (sum(reading, /^(POST|PUT|PATCH|DELETE) (?!leases\b)/) === 0) break;
    }
    return readings;
  }

  async close(): Promise<void> {
    this.tracker.stop();
    await this.#controller?.stop();
    await this.completer?.stop();
    await this.world.stop();
  }
}

function programDir(dir: string): string {
  return join(dir, 'program');
}

/** So many Services that do not depend on each other. */
export function independent(count: number): Graph {
  return new Map(Array.from({ length: count }, (_, index) => [`service-${index}`, []]));
}

/** What others do on this machine, as `uptime` says it: runs are compared at like load only. */
export function load(): string {
  return loadavg()
    .map((value) => value.toFixed(1))
    .join(' ');
}
