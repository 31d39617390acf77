import { independent, load, Session } from './session.ts';
import { judged, type Line, median, plain, quantile } from './stats.ts';
import { until } from './watch.ts';
import { namespaces } from './world.ts';

export type CrashOptions = Readonly<{ services: number; kills: number; repeats: number }>;

const noticeMs = 60_000;

/** One fan-out after a push. */
type FanOut = Readonly<{
  /** From the first Job to the last Ready. */
  ms: number;
  jobs: number;
  /** From each kill to the first Job of the next controller. */
  pausesMs: readonly number[];
}>;

/** Workload 10: the controller is killed again and again in the middle of a fan-out, beside one that is left alone. */
export async function crash({ services, kills, repeats }: CrashOptions): Promise<{ title: string; lines: Line[] }> {
  // Without a lease: how long it takes until another one leads is measured apart (docs/reliability.md).
  const session = await Session.open({ controllerFlags: ['--no-leader-election'] });
  try {
    await session.deliver(independent(services));
    await session.quiet();
    const [calm, killed]: [FanOut[], FanOut[]] = [[], []];
    for (let index = 0; index < repeats; index += 1) {
      calm.push(await round(session, services, 0));
      killed.push(await round(session, services, kills));
    }
    return {
      title: `Crash: ${kills} × SIGKILL in a fan-out of ${services} Services`,
      lines: summary(calm, killed, kills),
    };
  } finally {
    await session.close();
  }

  function summary(calm: readonly FanOut[], killed: readonly FanOut[], kills: number): Line[] {
    const ms = (rounds: readonly FanOut[]) => median(rounds.map((round) => round.ms));
    const pauses = killed.flatMap(({ pausesMs }) => pausesMs);
    const beyond = [...calm, ...killed].map(({ jobs }) => jobs - services);
    return [
      judged('Jobs beyond one a Service (worst round)', quantile(beyond, 1), '<=', 0),
      judged('killed ÷ left alone (medians)', ms(killed) / ms(calm), '<=', 1.15),
      plain('left alone: first Job to last Ready (median)', ms(calm) / 1000, ' s'),
      plain('killed: first Job to last Ready (median)', ms(killed) / 1000, ' s'),
      plain('what one kill costs', (ms(killed) - ms(calm)) / kills / 1000, ' s'),
      plain('from a kill to the next Job (median)', median(pauses) / 1000, ' s'),
      plain('from a kill to the next Job (worst)', quantile(pauses, 1) / 1000, ' s'),
    ];
  }
}

/** The kills are spread evenly over the fan-out, by Jobs. A Service that is lost makes the round fail after ten minutes. */
async function round(session: Session, services: number, kills: number): Promise<FanOut> {
  const { world, tracker } = session;
  const pausesMs: number[] = [];
  tracker.reset();
  await world.push();
  for (let kill = 1; kill <= kills; kill += 1) {
    await session.jobsReach(Math.ceil((services * kill) / (kills + 1)));
    pausesMs.push(await killOnce(session));
  }
  await session.allReady(services);
  const ms = tracker.elapsedMs();
  const { jobs } = tracker;
  console.log(`round: ${kills} kills, ${(ms / 1000).toFixed(1)} s, ${jobs} Jobs, load ${load()}`);
  await session.quiet();
  return { ms, jobs, pausesMs };
}

/** Gives how long it took until the next controller had made a Job. */
async function killOnce(session: Session): Promise<number> {
  const { tracker, controller, world } = session;
  const killedAt = performance.now();
  await controller.stop('SIGKILL');
  const path = `/apis/batch/v1/namespaces/${namespaces.services}/jobs?limit=1`;
  const { metadata } = await world.api.json<{ metadata: { resourceVersion: string } }>('GET', path);
  await session.startController();
  await until('the next Job after a kill', noticeMs, () => tracker.newestJob() > Number(metadata.resourceVersion));
  return performance.now() - killedAt;
}
