import { channel } from 'node:diagnostics_channel';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** What the probe says of the process it lives in, since the last reading. */
export type Reading = Readonly<{
  /** Milliseconds by which the event loop was late: how long a timer had to wait. */
  stallP99Ms: number;
  stallMaxMs: number;
  rssMiB: number;
  /** Since the process began. */
  rssPeakMiB: number;
  cpuMs: number;
  /** `POST /apis/batch/v1/namespaces/…/jobs` → requests. Names and namespaces are taken out. */
  requests: Readonly<Record<string, number>>;
}>;

// Loaded by `node --import` into the controller under test; it answers each message with a reading and starts anew.
const resolutionMs = 1;
const delay = monitorEventLoopDelay({ resolution: resolutionMs });
let requests: Record<string, number> = {};
let cpu = process.cpuUsage();

channel('undici:request:create').subscribe((message) => {
  const { request } = message as { request: { method: string; path: string } };
  // Git and registries are asked by the same library.
  if (!/^\/apis?\//.test(request.path)) return;
  const route = routeOf(request.method, request.path);
  requests[route] = (requests[route] ?? 0) + 1;
});

function routeOf(method: string, target: string): string {
  const url = new URL(target, 'http://localhost');
  const verb = url.searchParams.get('watch') === 'true' || url.searchParams.get('watch') === '1' ? 'WATCH' : method;
  const parts = url.pathname.split('/').filter(Boolean);
  const from = parts[0] === 'api' ? 2 : 3;
  const rest = parts.slice(from);
  if (rest[0] === 'namespaces' && rest.length > 2) rest.splice(0, 2);
  const [plural = '', name, subresource] = rest;
  return [verb, [plural, name && '{name}', subresource].filter(Boolean).join('/')].join(' ');
}

function read(): Reading {
  const { user, system } = process.cpuUsage(cpu);
  const lateness = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - resolutionMs);
  const reading: Reading = {
    stallP99Ms: lateness(delay.percentile(99)),
    stallMaxMs: lateness(delay.max),
    rssMiB: process.memoryUsage().rss / 1024 / 1024,
    rssPeakMiB: process.resourceUsage().maxRSS / 1024,
    cpuMs: (user + system) / 1000,
    requests,
  };
  delay.reset();
  requests = {};
  cpu = process.cpuUsage();
  return reading;
}

delay.enable();
process.on('message', () => process.send?.(read()));
// The controller must be able to end although we listen.
process.channel?.unref();
