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

describe('what a plan knows of a runner Job', () => {
  it('is read from its labels', () => {
    expect(jobFact(job(), [])).toEqual({
      name: 'api-1-2',
      purpose: 'deliver',
      inputsHash: 'hash',
      attempt: 2,
      phase: 'active',
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
      'a runner that was killed',
      [failed],
      state({ terminated: { exitCode: 137, reason: 'Error' } }),
      { message: 'the runner ended with exit code 137 and left no result' },
    ],
    [
      'one that ran out of memory',
      [failed],
      state({ terminated: { exitCode: 137, reason: 'OOMKilled' } }),
      { message: 'the runner ran out of memory: give runner Jobs a higher limit' },
    ],
    [
      'one that was evicted',
      [failed],
      pod({ phase: 'Failed', reason: 'Evicted', message: 'disk' }),
      { message: 'the runner pod was lost (Evicted: disk)' },
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

  it('tells no hindrance of a pod that starts or has succeeded', () => {
    expect(jobFact(job(), [state({ waiting: { reason: 'ContainerCreating' } })])).not.toHaveProperty('message');
    expect(jobFact(job(complete), [result({ ok: true, message: 'deployed' })])).not.toHaveProperty('message');
  });
});
