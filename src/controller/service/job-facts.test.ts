import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../core/resource.ts';
import { jobFact } from './job-facts.ts';

const at = '2026-01-02T03:04:05Z';
const job = (...conditions: object[]): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: {
    name: 'api-1-2',
    labels: { 'alustan.io/purpose': 'deliver', 'alustan.io/inputs': 'hash', 'alustan.io/attempt': '2' },
  },
  status: { conditions },
});
const pod = (status: object): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, status });
const state = (containerState: object) => pod({ containerStatuses: [{ name: 'runner', state: containerState }] });
const result = (value: object) =>
  state({ terminated: { exitCode: 0, message: JSON.stringify({ tail: [], ...value }) } });
const complete = { type: 'Complete', status: 'True', lastTransitionTime: at };
const failed = {
  type: 'Failed',
  status: 'True',
  lastTransitionTime: at,
  reason: 'DeadlineExceeded',
  message: 'too long',
};
const spent = { ...failed, reason: 'BackoffLimitExceeded', message: 'the limit is reached' };

describe('what a plan knows of a runner Job', () => {
  it('is read from its labels', () => {
    expect(jobFact(job(), [])).toEqual({
      name: 'api-1-2',
      purpose: 'deliver',
      inputsHash: 'hash',
      attempt: 2,
      phase: 'active',
      podless: true,
    });
  });

  it.each([
    [
      'a runner that has done its work while its Job has not ended',
      [],
      result({ ok: true, message: 'deployed', revision: 4 }),
      { phase: 'active', revision: 4 },
    ],
    [
      'success, with the revision that it made',
      [complete],
      result({ ok: true, message: 'deployed', revision: 4 }),
      { phase: 'succeeded', revision: 4, finishedAt: at },
    ],
    [
      'a failure in the runner’s words',
      [failed],
      result({ ok: false, message: 'chart is bad' }),
      { phase: 'failed', message: 'chart is bad', finishedAt: at },
    ],
    ['a failure without words', [failed], pod({}), { phase: 'failed', message: 'DeadlineExceeded: too long' }],
    [
      'a runner that failed without a word',
      [spent],
      state({ terminated: { exitCode: 1, reason: 'Error' } }),
      { message: 'the runner ended with exit code 1 and left no result' },
    ],
    [
      'one that ran out of memory',
      [failed],
      state({ terminated: { exitCode: 137, reason: 'OOMKilled' } }),
      { message: 'the runner ran out of memory: give runner Jobs a higher limit' },
    ],
    [
      'an image that cannot be pulled',
      [],
      state({ waiting: { reason: 'ErrImagePull', message: 'no' } }),
      { phase: 'active', message: 'the runner pod waits: ErrImagePull: no' },
    ],
    [
      'a pod that fits nowhere',
      [],
      pod({ conditions: [{ type: 'PodScheduled', status: 'False', message: 'no node' }] }),
      { phase: 'active', message: 'the runner pod cannot be scheduled: no node' },
    ],
  ])('tells %s', (_what, conditions, given, expected) => {
    expect(jobFact(job(...conditions), [given])).toMatchObject(expected);
  });

  const evicted = pod({ phase: 'Failed', reason: 'Evicted', message: 'disk' });
  it.each([
    [
      'one that was told to stop',
      result({ ok: false, interrupted: true, message: 'helm was told to stop' }),
      'helm was told to stop',
    ],
    [
      'one that was killed',
      state({ terminated: { exitCode: 137, reason: 'Error' } }),
      'the runner was killed (exit code 137)',
    ],
    ['one that was evicted', evicted, 'the runner pod was lost (Evicted: disk)'],
    [
      'one whose node goes',
      pod({
        phase: 'Failed',
        conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }],
      }),
      'the runner pod was lost (PreemptionByScheduler)',
    ],
  ])('E20 knows a runner that was interrupted: %s', (_what, given, message) => {
    expect(jobFact(job(spent), [given])).toMatchObject({ phase: 'failed', interrupted: true, message });
  });

  it('E20 takes a Job whose pod nobody can find any more for interrupted', () => {
    expect(jobFact(job(spent), [])).toMatchObject({ interrupted: true, message: 'its pod was deleted' });
  });

  it.each([
    ['runs', pod({ phase: 'Running', containerStatuses: [{ state: { running: {} } }] })],
    ['waits for its image', state({ waiting: { reason: 'ImagePullBackOff' } })],
  ])('E20 waits for the end of a pod that still %s by the cache, though its Job has ended', (_what, given) => {
    expect(jobFact(job(spent), [given])).toMatchObject({ phase: 'active' });
    expect(jobFact(job(spent), [])).toMatchObject({ phase: 'failed', interrupted: true });
  });

  it('tells a runner that took too long from one that was interrupted, with its last words', () => {
    const { status } = result({ ok: false, interrupted: true, message: 'helm was told to stop' });
    const late = { phase: 'Failed', reason: 'DeadlineExceeded', message: 'Pod was active too long' };
    const fact = jobFact(job(spent), [pod({ ...(status as object), ...late })]);
    expect(fact).toMatchObject({
      phase: 'failed',
      message: expect.stringMatching(/longer than spec.timeout allows.*: helm was told to stop$/),
    });
    expect(fact).not.toHaveProperty('interrupted');
    expect(jobFact(job(spent), [pod(late)])).not.toHaveProperty('interrupted');
  });

  it.each([
    ['a Job that took too long, though its runner was told to stop for that', [failed], [evicted]],
    ['a Job that took too long and has no pod any more', [failed], []],
    ['a chart that failed', [spent], [result({ ok: false, message: 'chart is bad' })]],
    ['a runner that ran out of memory', [spent], [state({ terminated: { exitCode: 137, reason: 'OOMKilled' } })]],
    ['a Job that still runs', [], [evicted]],
  ])('E20 takes for no interruption %s', (_what, conditions, given) => {
    expect(jobFact(job(...conditions), given)).not.toHaveProperty('interrupted');
  });

  it('tells no hindrance of a pod that starts or has succeeded', () => {
    expect(jobFact(job(), [state({ waiting: { reason: 'ContainerCreating' } })])).not.toHaveProperty('message');
    expect(jobFact(job(complete), [result({ ok: true, message: 'deployed' })])).not.toHaveProperty('message');
  });
});
