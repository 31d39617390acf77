import { setTimeout as wait } from 'node:timers/promises';
import type { ControllerProcess } from './controller-process.ts';
import { type FanOutOptions, sum, writesOf } from './fan-out.ts';
import { judged, type Line, plain } from './stats.ts';

/** Time for what the last round left to do: garbage of Jobs, last Events. */
const settleMs = 15_000;

/** Workload 9, the short form: all Services are Ready and nothing happens. */
export async function idle(
  controller: ControllerProcess,
  options: FanOutOptions,
): Promise<{ title: string; lines: Line[] }> {
  await wait(settleMs);
  const before = await controller.read();
  await wait(options.idleMinutes * 60_000);
  controller.check();
  const reading = await controller.read();
  const requests = Object.entries(reading.requests).map(([route, count]) => plain(`  ${route}`, count));
  return {
    title: `Idle: ${options.services} Ready Services, ${options.idleMinutes} minutes`,
    lines: [
      judged('writes beyond leases', writesOf(reading), '<=', 0),
      judged('lists', sum(reading, /^GET [a-z]+$/), '<=', 0),
      judged('event loop late, p99', reading.stallP99Ms, '<=', 50, ' ms'),
      plain('event loop late, worst', reading.stallMaxMs, ' ms'),
      plain('RSS before', before.rssMiB, ' MiB'),
      plain('RSS after', reading.rssMiB, ' MiB'),
      plain('CPU', reading.cpuMs / options.idleMinutes, ' ms/min'),
      ...requests,
    ],
  };
}
