import { setTimeout as wait } from 'node:timers/promises';
import type { Reading } from './probe.ts';
import { sum, writesOf } from './requests.ts';
import { independent, load, Session } from './session.ts';
import { judged, type Line, median, plain, quantile } from './stats.ts';

export type IdleOptions = Readonly<{ services: number; minutes: number }>;

/** Time for what the delivery left to do: garbage of Jobs, last Events. */
const settleMs = 15_000;
const sampleMs = 10_000;

/** Workload 9: all Services are Ready and nothing happens, but for a look at git every 10 s. */
export async function idle({ services, minutes }: IdleOptions): Promise<{ title: string; lines: Line[] }> {
  const session = await Session.open();
  try {
    await session.deliver(independent(services));
    await session.quiet();
    await wait(settleMs);
    await session.controller.read();
    const readings: Reading[] = [];
    for (let left = (minutes * 60_000) / sampleMs; left > 0; left -= 1) {
      await wait(sampleMs);
      readings.push(await session.controller.read());
    }
    console.log(`load ${load()}`);
    return { title: `Idle: ${services} Ready Services, ${minutes} minutes`, lines: summary(readings, minutes) };
  } finally {
    await session.close();
  }
}

function summary(readings: readonly Reading[], minutes: number): Line[] {
  const total = (count: (reading: Reading) => number) => readings.reduce((sum, reading) => sum + count(reading), 0);
  const rss = readings.map(({ rssMiB }) => rssMiB);
  const quarter = Math.max(1, Math.floor(rss.length / 4));
  const [first, last] = [median(rss.slice(0, quarter)), median(rss.slice(-quarter))];
  const worstOf = (figures: number[]) => quantile(figures, 1);
  return [
    judged('writes beyond leases', total(writesOf), '<=', 0),
    judged(
      'lists',
      total((reading) => sum(reading, /^GET [a-z]+$/)),
      '<=',
      0,
    ),
    judged('event loop late, p99 (worst 10 s)', worstOf(readings.map((it) => it.stallP99Ms)), '<=', 50, ' ms'),
    plain('event loop late, worst', worstOf(readings.map((it) => it.stallMaxMs)), ' ms'),
    judged('RSS: last quarter of the time ÷ first quarter', last / first, '<=', 1.05),
    plain('RSS, first quarter (median)', first, ' MiB'),
    plain('RSS, last quarter (median)', last, ' MiB'),
    plain('CPU', total(({ cpuMs }) => cpuMs) / minutes, ' ms/min'),
    ...routesOf(readings).map(([route, count]) => plain(`  ${route}`, count)),
  ];
}

function routesOf(readings: readonly Reading[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { requests } of readings)
    for (const [route, count] of Object.entries(requests)) counts.set(route, (counts.get(route) ?? 0) + count);
  return [...counts];
}
