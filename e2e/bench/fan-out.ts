import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startCompleter } from './completer.ts';
import { type ControllerProcess, startController } from './controller-process.ts';
import { idle } from './idle.ts';
import type { Graph } from './order.ts';
import type { Reading } from './probe.ts';
import { rawPostRate } from './raw.ts';
import { judged, type Line, median, plain, quantile } from './stats.ts';
import { Tracker } from './tracker.ts';
import { until } from './watch.ts';
import { namespaces, startWorld, type World } from './world.ts';

export type FanOutOptions = Readonly<{ services: number; repeats: number; idleMinutes: number }>;

/** One push, and what it made of all Services. */
type Round = Readonly<{
  rawPerSecond: number;
  perSecond: number;
  sincePushMs: number;
  /** Writes a Service until the last one was Ready. */
  writes: number;
  /** The same with what came after: Secrets of inputs that are removed. */
  writesInAll: number;
  reading: Reading;
  jobs: number;
}>;

const parallelPosts = 64;
const patienceMs = 600_000;

/** Workload 6: one push → a Job for each of 1,000 Services → all Ready; then workload 9: nothing happens. */
export async function fanOut(options: FanOutOptions): Promise<{ title: string; lines: Line[] }[]> {
  const world = await startWorld();
  const completer = await startCompleter(world.plane, namespaces.services);
  const tracker = new Tracker();
  const graph: Graph = new Map(Array.from({ length: options.services }, (_, index) => [`service-${index}`, []]));
  let controller: ControllerProcess | undefined;
  try {
    await tracker.start(world.api);
    await world.createServices(graph);
    controller = await startController(world.plane.kubeconfigPath, join(world.plane.dir, 'controller.log'));
    await allReady(tracker, options.services, controller, completer);
    await quiet(controller);
    const rounds: Round[] = [];
    for (let index = 0; index < options.repeats; index += 1) {
      rounds.push(await round(world, tracker, controller, options.services, completer));
    }
    const results = [
      { title: `Fan-out: one push, ${options.services} Services`, lines: summary(rounds, options.services) },
    ];
    if (options.idleMinutes > 0) results.push(await idle(controller, options));
    return results;
  } finally {
    tracker.stop();
    await controller?.stop();
    await completer.stop();
    await world.stop();
  }
}

type Completing = Awaited<ReturnType<typeof startCompleter>>;

/** Resolves when every Service is Ready by a Job seen since the tracker's last reset. */
export async function allReady(tracker: Tracker, count: number, controller: ControllerProcess, completer: Completing) {
  const done = () => {
    controller.check();
    const failure = completer.failure();
    if (failure) throw failure;
    return tracker.readyAt.size === count;
  };
  const seen = () => `: ${tracker.summary()}, ${completer.completed()} Jobs completed in all`;
  await until(`${count} Services to Ready`, patienceMs, done, seen);
}

async function round(
  world: World,
  tracker: Tracker,
  controller: ControllerProcess,
  services: number,
  completer: Completing,
): Promise<Round> {
  const rawPerSecond = await rawPostRate(world.plane, namespaces.raw, services, parallelPosts);
  tracker.reset();
  await controller.read();
  const pushedAt = performance.now();
  await world.push();
  await allReady(tracker, services, controller, completer);
  const sincePushMs = performance.now() - pushedAt;
  const reading = await controller.read();
  const perSecond = services / (tracker.elapsedMs() / 1000);
  const after = await quiet(controller);
  const writes = writesOf(reading) / services;
  const writesInAll = writes + after.reduce((total, later) => total + writesOf(later), 0) / services;
  const { jobs } = tracker;
  console.log(`round: ${perSecond.toFixed(1)} Services/s, ${rawPerSecond.toFixed(0)} bare creates/s, load ${load()}`);
  return { rawPerSecond, perSecond, sincePushMs, writes, writesInAll, reading, jobs };
}

/** What others do on this machine, as `uptime` says it: runs are compared at like load only. */
function load(): string {
  return loadavg()
    .map((value) => value.toFixed(1))
    .join(' ');
}

/** Until the controller has done what may come after: Events, tidying up. It must not slow the next bare creates. */
async function quiet(controller: ControllerProcess): Promise<Reading[]> {
  const readings: Reading[] = [];
  for (let left = 120; left > 0; left -= 1) {
    await wait(1000);
    const reading = await controller.read();
    readings.push(reading);
    if (sum(reading, /^(POST|PUT|PATCH|DELETE) (?!leases\b)/) === 0) break;
  }
  return readings;
}

/** Requests that change something, Events apart. */
export function writesOf(reading: Reading): number {
  const changes = /^(POST|PUT|PATCH|DELETE) (?!events\b)(?!leases\b)(?!subjectaccessreviews\b)/;
  return sum(reading, changes);
}

/** Requests whose route fits. */
export function sum(reading: Reading, route: RegExp): number {
  return Object.entries(reading.requests)
    .filter(([name]) => route.test(name))
    .reduce((total, [, count]) => total + count, 0);
}

function worst(rounds: readonly Round[], field: 'writes' | 'writesInAll'): number {
  return Math.max(...rounds.map((round) => round[field]));
}

function summary(rounds: readonly Round[], services: number): Line[] {
  const of = (pick: (round: Round) => number) => median(rounds.map(pick));
  const routes = Object.entries(rounds.at(-1)?.reading.requests ?? {});
  return [
    plain(
      'bare parallel creates (median)',
      of((round) => round.rawPerSecond),
      '/s',
    ),
    plain(
      'Services to Ready (median)',
      of((round) => round.perSecond),
      '/s',
    ),
    judged(
      'share of bare creates ÷ writes',
      of((round) => (round.perSecond * round.writes) / round.rawPerSecond),
      '>=',
      0.5,
    ),
    judged('writes a Service until all are Ready (worst round)', worst(rounds, 'writes'), '<=', 6),
    plain('writes a Service in all (worst round)', worst(rounds, 'writesInAll')),
    judged('Jobs a Service (worst round)', Math.max(...rounds.map(({ jobs }) => jobs)) / services, '<=', 1),
    plain(
      'from the push to the last Ready (median)',
      of((round) => round.sincePushMs / 1000),
      ' s',
    ),
    plain(
      'event loop late, p99 (worst round)',
      quantile(
        rounds.map(({ reading }) => reading.stallP99Ms),
        1,
      ),
      ' ms',
    ),
    plain('RSS after the last round', rounds.at(-1)?.reading.rssMiB ?? Number.NaN, ' MiB'),
    plain(
      'CPU of the controller (median)',
      of((round) => round.reading.cpuMs / 1000),
      ' s',
    ),
    ...routes.map(([route, count]) => plain(`  ${route}, last round`, count)),
  ];
}
