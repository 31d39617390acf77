import { type Graph, layered, violations } from './order.ts';
import { rawLevelMs } from './raw.ts';
import { writesOf } from './requests.ts';
import { load, Session } from './session.ts';
import { judged, type Line, median, plain, quantile } from './stats.ts';
import { namespaces } from './world.ts';

/** Workload 7: Services that wait for each other, level by level. */
export async function graph(levels: number, width: number): Promise<{ title: string; lines: Line[] }> {
  const session = await Session.open();
  const services = layered(levels, width);
  const { world, tracker, completer } = session;
  try {
    const bare = await rawLevelMs(world.plane, namespaces.raw, levels, width);
    await session.deliver(services);
    const found = violations(services, tracker.times);
    for (const violation of found.slice(0, 10)) console.log(`out of order: ${violation}`);
    const costs = levelCosts(services, tracker.readyAt);
    const limit = median(bare);
    const reading = await session.controller.read();
    console.log(`load ${load()}`);
    const title = width === 1 ? `Chain of ${levels}` : `Graph: ${levels} levels of ${width}`;
    return {
      title,
      lines: [
        judged('violations of order', found.length, '<=', 0),
        judged('Jobs beyond one a Service', tracker.jobs - services.size, '<=', 0),
        plain('bare level: watch delivery + create (median)', limit, ' ms'),
        plain('level (median)', median(costs), ' ms'),
        plain('of it the bench, which completes the Job (median)', median(completer?.took() ?? []), ' ms'),
        judged('level ÷ bare level, median', median(costs) / limit, '<=', 5),
        judged('level ÷ bare level, p99', quantile(costs, 0.99) / limit, '<=', 5),
        plain('first Job to last Ready', tracker.elapsedMs() / 1000, ' s'),
        plain('writes a Service, its beginning included', writesOf(reading) / services.size),
        plain('CPU of the controller', reading.cpuMs / 1000, ' s'),
        ...Object.entries(reading.requests).map(([route, count]) => plain(`  ${route}`, count)),
      ],
    };
  } finally {
    await session.close();
  }
}

/** Milliseconds from the end of one level to the end of the next: a level ends when its last Service is Ready. */
function levelCosts(services: Graph, readyAt: ReadonlyMap<string, number>): number[] {
  const ends: number[] = [];
  for (const name of services.keys()) {
    const level = Number(name.split('-')[1]);
    ends[level] = Math.max(ends[level] ?? 0, readyAt.get(name) ?? Number.POSITIVE_INFINITY);
  }
  return ends.slice(1).map((end, index) => end - (ends[index] ?? end));
}
