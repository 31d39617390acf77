import { pushAlustan } from '../node/alustan-image.ts';
import { startCluster } from '../node/cluster.ts';
import { bareHelm } from './bare-helm.ts';
import { independent, load, Session } from './session.ts';
import { judged, type Line, plain } from './stats.ts';
import { namespaces } from './world.ts';

export type JobsOptions = Readonly<{ services: number }>;

type Round = Readonly<{ bareSeconds: number; seconds: number; cpuMs: number }>;

/** Helm in real pods of a real node: all Services are installed, then upgraded by a push, beside bare Jobs that do the same. */
export async function jobs({ services }: JobsOptions): Promise<{ title: string; lines: Line[] }> {
  const plane = await startCluster();
  let session: Session | undefined;
  try {
    const image = `${plane.registryHost}/alustan/alustan:e2e`;
    await pushAlustan(image);
    session = await Session.open({ plane, controllerFlags: ['--runner-image', image] });
    const { chart, createServices, push } = session.world;
    const bare = async (serial: number, releases: readonly string[]) =>
      bareHelm(plane, { namespace: namespaces.raw, image, chart, releases, serial });
    const graph = independent(services);
    const names = [...graph.keys()];
    // One of each first: the node fetches the image, the controller the chart.
    await bare(0, ['warm']);
    await session.deliver(new Map([['warm', []]]));
    const install = await round(session, services, await bare(1, names), () => createServices(graph));
    const all = ['warm', ...names];
    const upgrade = await round(session, all.length, await bare(2, all), () => push());
    const { rssPeakMiB } = await session.controller.read();
    const lines = [...summary('install', install), ...summary('upgrade', upgrade)];
    return {
      title: `Jobs: ${services} Services with Helm in real pods`,
      lines: [...lines, plain('peak RSS of the controller', rssPeakMiB, ' MiB')],
    };
  } finally {
    if (session) await session.close();
    else await plane.stop();
  }
}

/** Time from the first Job to the last Ready: health is judged too, which bare Jobs do not do. */
async function round(session: Session, count: number, bareSeconds: number, begin: () => Promise<unknown>) {
  const { tracker, controller } = session;
  tracker.reset();
  await controller.read();
  await begin();
  await session.allReady(count);
  const seconds = tracker.elapsedMs() / 1000;
  const { cpuMs } = await controller.read();
  console.log(
    `round: ${count} Services ${seconds.toFixed(1)} s, bare Jobs ${bareSeconds.toFixed(1)} s, load ${load()}`,
  );
  await session.quiet();
  return { bareSeconds, seconds, cpuMs };
}

function summary(what: string, { bareSeconds, seconds, cpuMs }: Round): Line[] {
  return [
    judged(`${what}: Services ÷ bare helm Jobs`, seconds / bareSeconds, '<=', 1.2),
    plain(`${what}: first Job to last Ready`, seconds, ' s'),
    plain(`${what}: bare helm Jobs, all created at once`, bareSeconds, ' s'),
    plain(`${what}: CPU of the controller`, cpuMs / 1000, ' s'),
  ];
}
