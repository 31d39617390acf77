import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { outcomes } from '../core/outcome.ts';
import { roles } from '../core/role.ts';
import type { Telemetry } from '../core/telemetry.ts';
import type { Presence } from './presence.ts';

export type Metrics = Readonly<{
  telemetry: Telemetry;
  /** In the text format of Prometheus. */
  text(): Promise<string>;
  contentType: string;
}>;

/** Seconds; passes are mostly some requests, deliveries are Jobs and not waited for. */
const passBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** States that a status may show; anything else was not written by us. */
const states = new Set<string>(Object.values(outcomes).map(({ state }) => state));

/**
 * The metrics of one process. Their labels take a few words each, so that a thousand objects make no thousand series;
 * docs/metrics.md names all of them.
 */
export function createMetrics(presence: Pick<Presence, 'role' | 'controller'>, version: string): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'alustan_build_info',
    help: 'Always 1; the version is a label.',
    labelNames: ['version'] as const,
    registers: [registry],
    collect() {
      this.set({ version }, 1);
    },
  });
  observeController(presence, registry);
  observeQuotas(presence, registry);
  return {
    telemetry: telemetryOf(registry),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/** What is asked for when somebody looks. */
function observeController(presence: Pick<Presence, 'role' | 'controller'>, registry: Registry): void {
  const registers = [registry];
  new Gauge({
    name: 'alustan_role',
    help: '1 for what this process does.',
    labelNames: ['role'] as const,
    registers,
    collect() {
      for (const role of roles) this.set({ role }, role === presence.role ? 1 : 0);
    },
  });
  new Gauge({
    name: 'alustan_queue_keys',
    help: 'Keys that wait for a worker, or have one.',
    registers,
    labelNames: ['queue', 'state'] as const,
    collect() {
      this.reset();
      for (const [queue, keys] of Object.entries(presence.controller()?.stats().queues ?? {})) {
        this.set({ queue, state: 'waiting' }, keys.waiting);
        this.set({ queue, state: 'running' }, keys.running);
      }
    },
  });
  new Gauge({
    name: 'alustan_objects',
    help: 'Objects by kind and state.',
    registers,
    labelNames: ['kind', 'state'] as const,
    collect() {
      this.reset();
      for (const { kind, state, count } of presence.controller()?.stats().objects ?? [])
        this.inc({ kind, state: states.has(state) ? state : 'None' }, count);
    },
  });
}

/** E18: of GitHub's limits what is left. */
function observeQuotas(presence: Pick<Presence, 'controller'>, registry: Registry): void {
  for (const field of ['limit', 'remaining'] as const) {
    new Gauge({
      name: `alustan_github_requests_${field}`,
      help: field === 'limit' ? 'Requests an hour that GitHub allows.' : 'Requests that are left of them.',
      labelNames: ['login'] as const,
      registers: [registry],
      collect() {
        this.reset();
        for (const quota of presence.controller()?.stats().quotas ?? []) this.set({ login: quota.login }, quota[field]);
      },
    });
  }
}

/** What is told as it happens. */
function telemetryOf(registry: Registry): Telemetry {
  const registers = [registry];
  const settled = new Counter({
    name: 'alustan_reconcile_total',
    help: 'Passes over objects, by their outcome.',
    registers,
    labelNames: ['kind', 'outcome'] as const,
  });
  const passed = new Histogram({
    name: 'alustan_reconcile_duration_seconds',
    help: 'Passes over objects.',
    registers,
    buckets: passBuckets,
    labelNames: ['kind'] as const,
  });
  const polled = new Counter({
    name: 'alustan_source_polls_total',
    help: 'Looks at git and registries, by their answer.',
    registers,
    labelNames: ['source', 'answer'] as const,
  });
  const requested = new Histogram({
    name: 'alustan_api_request_duration_seconds',
    help: 'Requests to the API server.',
    registers,
    labelNames: ['method', 'code'] as const,
    buckets: requestBuckets,
  });
  return {
    settled: (kind, outcome) => settled.inc({ kind, outcome }),
    passed: (kind, ms) => passed.observe({ kind }, ms / 1000),
    polled: (source, answer) => polled.inc({ source, answer }),
    requested: (method, status, ms) => requested.observe({ method, code: status === 0 ? 'none' : status }, ms / 1000),
  };
}
