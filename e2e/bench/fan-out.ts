import type { Reading } from './probe.ts';
import { rawPostRate } from './raw.ts';
import { writesOf } from './requests.ts';
import { independent, load, Session } from './session.ts';
import { judged, type Line, median, plain, quantile } from './stats.ts';
import { namespaces } from './world.ts';

export type FanOutOptions = Readonly<{ services: number; repeats: number }>;

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

/** Workload 6: one push → a Job for each of 1,000 Services → all Ready. */
export async function fanOut({ services, repeats }: FanOutOptions): Promise<{ title: string; lines: Line[] }> {
  const session = await Session.open();
  try {
    await session.deliver(independent(services));
    await session.quiet();
    const rounds: Round[] = [];
    for (let index = 0; index < repeats; index += 1) rounds.push(await round(session, services));
    return { title: `Fan-out: one push, ${services} Services`, lines: summary(rounds, services) };
  } finally {
    await session.close();
  }
}

async function round(session: Session, services: number): Promise<Round> {
  const { world, tracker, controller } = session;
  const rawPerSecond = await rawPostRate(world.plane, namespaces.raw, services, parallelPosts);
  tracker.reset();
  await controller.read();
  const pushedAt = performance.now();
  await world.push();
  await session.allReady(services);
  const sincePushMs = performance.now() - pushedAt;
  const reading = await controller.read();
  const perSecond = services / (tracker.elapsedMs() / 1000);
  const after = await session.quiet();
  const writes = writesOf(reading) / services;
  const writesInAll = writes + after.reduce((total, later) => total + writesOf(later), 0) / services;
  const { jobs } = tracker;
  console.log(`round: ${perSecond.toFixed(1)} Services/s, ${rawPerSecond.toFixed(0)} bare creates/s, load ${load()}`);
  return { rawPerSecond, perSecond, sincePushMs, writes, writesInAll, reading, jobs };
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
