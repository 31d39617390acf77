import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createMetrics } from './metrics.ts';
import { Presence } from './presence.ts';
import { controllerWith } from './testing.ts';

/** The samples of our own metrics; buckets and sums left out. */
async function samples(text: Promise<string>): Promise<string[]> {
  return (await text).split('\n').filter((line) => /^alustan_/.test(line) && !/_(bucket|sum)\b/.test(line));
}

describe('metrics', () => {
  it('counts what it is told', async () => {
    const { telemetry, text } = createMetrics(new Presence(), '1.2.3');
    telemetry.settled('Service', 'completed');
    telemetry.settled('Service', 'completed');
    telemetry.settled('Repository', 'fault');
    telemetry.passed('Service', 20);
    telemetry.polled('image', 'unchanged');
    telemetry.requested('PATCH', 409, 3);
    telemetry.requested('GET', 0, 3);
    expect(await samples(text())).toEqual(
      expect.arrayContaining([
        'alustan_build_info{version="1.2.3"} 1',
        'alustan_reconcile_total{kind="Service",outcome="completed"} 2',
        'alustan_reconcile_total{kind="Repository",outcome="fault"} 1',
        'alustan_reconcile_duration_seconds_count{kind="Service"} 1',
        'alustan_source_polls_total{source="image",answer="unchanged"} 1',
        'alustan_api_request_duration_seconds_count{method="PATCH",code="409"} 1',
        'alustan_api_request_duration_seconds_count{method="GET",code="none"} 1',
      ]),
    );
    expect(await text()).toContain('alustan_reconcile_duration_seconds_sum{kind="Service"} 0.02');
  });

  it('asks the controller, while there is one, and keeps to the states that it knows', async () => {
    const presence = new Presence();
    const { text } = createMetrics(presence, '1');
    expect(await samples(text())).toContain('alustan_role{role="starting"} 1');
    presence.become(
      'leading',
      controllerWith({
        queues: { objects: { waiting: 3, running: 1 }, jobs: { waiting: 0, running: 0 } },
        quotas: [{ login: 'token', limit: 5_000, remaining: 4_242, resetAt: 0 }],
        objects: [
          { kind: 'Service', state: 'Failed', count: 2 },
          { kind: 'Service', state: '', count: 1 },
          { kind: 'Service', state: 'anything-a-tenant-writes', count: 4 },
        ],
      }),
    );
    expect(await samples(text())).toEqual(
      expect.arrayContaining([
        'alustan_role{role="starting"} 0',
        'alustan_role{role="leading"} 1',
        'alustan_queue_keys{queue="objects",state="waiting"} 3',
        'alustan_github_requests_limit{login="token"} 5000',
        'alustan_github_requests_remaining{login="token"} 4242',
        'alustan_objects{kind="Service",state="Failed"} 2',
        'alustan_objects{kind="Service",state="None"} 5',
      ]),
    );
    presence.become('standby');
    const left = await samples(text());
    expect(left.filter((line) => /alustan_(objects|queue|github)/.test(line))).toEqual([]);
  });

  it('has each metric in the documentation, and no other', async () => {
    const text = await createMetrics(new Presence(), '1').text();
    const page = await readFile(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
    const known = [...text.matchAll(/^# TYPE (alustan_\w+)/gm)].map(([, name]) => name).sort();
    const told = [...page.matchAll(/^`(alustan_\w+)`/gm)].map(([, name]) => name).sort();
    expect(told).toEqual(known);
  });

  it('tells of the process, and how late its event loop is', async () => {
    const text = await createMetrics(new Presence(), '1').text();
    for (const name of ['process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds'])
      expect(text).toContain(name);
  });
});
