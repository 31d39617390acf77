import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../core/resource.ts';
import { runFact } from './run-facts.ts';

const labels = { 'alustan.io/purpose': 'post-deploy', 'alustan.io/inputs': 'h', 'alustan.io/attempt': '3' };
const job = (condition?: string): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'j', uid: 'u', labels, annotations: { 'alustan.io/image': 'infra:1.0.0', 'alustan.io/pod': 'p1' } },
  status: { conditions: condition ? [{ type: condition, status: 'True', lastTransitionTime: 'T' }] : [] },
});
const pod = (phase: string, state: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  status: { phase, containerStatuses: [{ name: 'terraform', containerID: 'containerd://1', state }] },
});
const unmade: KubeObject = {
  ...pod('Failed'),
  status: {
    phase: 'Failed',
    reason: 'DeadlineExceeded',
    containerStatuses: [
      {
        name: 'terraform',
        containerID: '',
        state: { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown' } },
      },
    ],
  },
};
const waiting = (reason: string) => ({ waiting: { reason, message: 'why' } });

describe('what a plan learns of a run', () => {
  it('says for what it is, of what, and with which image', () => {
    expect(runFact({ job: job(), pods: [] })).toEqual({
      name: 'j',
      uid: 'u',
      purpose: 'post-deploy',
      inputsHash: 'h',
      attempt: 3,
      image: 'infra:1.0.0',
      podHash: 'p1',
      phase: 'active',
      began: false,
      alive: false,
      podless: true,
    });
  });

  it.each<[string, string | undefined, KubeObject[], object]>([
    [
      'its pod waits for its image',
      undefined,
      [pod('Pending', waiting('ImagePullBackOff'))],
      { began: false, alive: true, message: 'its pod waits: ImagePullBackOff: why' },
    ],
    [
      'its pod is to end',
      undefined,
      [{ ...pod('Running', { running: {} }), metadata: { name: 'p', deletionTimestamp: 'T' } }],
      { phase: 'active', alive: true, endsBy: 'T' },
    ],
    ['it is being started', undefined, [pod('Pending', waiting('ContainerCreating'))], { began: false, alive: true }],
    ['it runs', undefined, [pod('Running', { running: {} })], { phase: 'active', began: true, alive: true }],
    [
      'it has succeeded',
      'Complete',
      [pod('Succeeded', { terminated: { exitCode: 0 } })],
      { phase: 'succeeded', began: true, alive: false, finishedAt: 'T' },
    ],
    [
      'it has failed',
      'Failed',
      [pod('Failed', { terminated: { exitCode: 1 } })],
      { phase: 'failed', began: true, alive: false },
    ],
    [
      'E31 its Job has ended, and nobody hears of its pod',
      'Failed',
      [pod('Unknown', { running: {} })],
      { phase: 'failed', alive: true },
    ],
    [
      'it could not be started',
      'Failed',
      [pod('Failed', { terminated: { exitCode: 128, reason: 'StartError' } })],
      { began: false },
    ],
    [
      'its container was lost',
      'Failed',
      [pod('Failed', { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown' } })],
      { began: true },
    ],
    ['its time was over before its container was made', 'Failed', [unmade], { began: false, alive: false }],
  ])('%s', (_what, condition, pods, expected) => {
    const fact = runFact({ job: job(condition), pods });
    expect(fact).toMatchObject(expected);
    if (!('message' in expected)) expect(fact).not.toHaveProperty('message');
  });
});
