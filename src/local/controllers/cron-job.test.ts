import { describe, expect, it } from 'vitest';
import { ago, brief, meta, now, statusIn } from '../cluster/fixtures.ts';
import { ownerReference } from '../cluster/pods.ts';
import type { Job } from '../cluster/types.ts';
import { type CronJob, planCronJob } from './cron-job.ts';

function cronJob(spec: Partial<CronJob['spec']> = {}, status?: CronJob['status']): CronJob {
  const jobTemplate = { spec: { template: { spec: { containers: [] } } } };
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: meta('tick', { creationTimestamp: ago(600) }),
    spec: { schedule: '* * * * *', jobTemplate, ...spec },
    ...(status ? { status } : {}),
  };
}

function job(cron: CronJob, name: string, done?: 'Complete' | 'Failed', age = 100): Job {
  const condition = { type: done ?? '', status: 'True', lastProbeTime: ago(age), lastTransitionTime: ago(age) };
  const metadata = meta(name, { ownerReferences: [ownerReference(cron)], creationTimestamp: ago(age) });
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata,
    spec: { template: { spec: { containers: [] } } },
    status: done ? { conditions: [condition], completionTime: ago(age) } : {},
  };
}

/** The minute of `now` since 1970, which is in the Job's name. */
const minute = now.getTime() / 60_000;
const due = `create Job tick-${minute}`;

describe('CronJob', () => {
  it.each<[string, CronJob, ('Complete' | undefined)[], string[]]>([
    ['starts the Job that is due', cronJob({}, { lastScheduleTime: ago(60) }), [], [due]],
    ['starts only the latest of many missed times', cronJob(), [], [due]],
    ['not twice for one time', cronJob({}, { lastScheduleTime: ago(0) }), [], []],
    ['not while it is suspended', cronJob({ suspend: true }), [], []],
    ['Allow: beside one that runs', cronJob(), [undefined], [due]],
    ['Forbid: not beside one that runs', cronJob({ concurrencyPolicy: 'Forbid' }), [undefined], []],
    ['Forbid: beside one that is done', cronJob({ concurrencyPolicy: 'Forbid' }), ['Complete'], [due]],
    [
      'Replace: instead of one that runs',
      cronJob({ concurrencyPolicy: 'Replace' }),
      [undefined],
      ['delete Job j0', due],
    ],
    [
      'not when it is later than startingDeadlineSeconds',
      cronJob({ schedule: '0 0 * * *', startingDeadlineSeconds: 30 }),
      [],
      [],
    ],
    ['a schedule that nobody can read starts nothing', cronJob({ schedule: 'soon' }), [], []],
  ])('%s', (_case, cron, jobs, expected) => {
    const { actions } = planCronJob(
      cron,
      jobs.map((done, at) => job(cron, `j${at}`, done)),
      now,
    );
    expect(brief(actions).filter((line) => line.includes(' Job '))).toEqual(expected);
  });

  it('looks again at the next time of its schedule, in its own zone', () => {
    expect(planCronJob(cronJob({}, { lastScheduleTime: ago(0) }), [], now).againMs).toBe(60_000);
    const daily = cronJob({ schedule: '30 1 * * *', timeZone: 'Europe/Berlin' }, { lastScheduleTime: ago(0) });
    expect(planCronJob(daily, [], now).againMs).toBe(29 * 60_000);
  });

  it('keeps three successful and one failed Job, the newest', () => {
    const cron = cronJob({ suspend: true });
    const jobs = [5, 4, 3, 2, 1].map((age) => job(cron, `ok${age}`, 'Complete', age));
    const bad = [2, 1].map((age) => job(cron, `bad${age}`, 'Failed', age));
    const lines = brief(planCronJob(cron, [...jobs, ...bad], now).actions).filter((line) => line.includes(' Job '));
    expect(lines).toEqual(['delete Job ok5', 'delete Job ok4', 'delete Job bad2']);
  });

  it('tells what runs and when it last started and succeeded', () => {
    const cron = cronJob();
    const { actions } = planCronJob(cron, [job(cron, 'runs'), job(cron, 'done', 'Complete', 100)], now);
    expect(statusIn(actions)).toMatchObject({
      active: [{ name: 'runs' }],
      lastScheduleTime: ago(0),
      lastSuccessfulTime: ago(100),
    });
  });
});
