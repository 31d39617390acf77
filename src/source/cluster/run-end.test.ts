import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../core/resource.ts';
import { outputLimit } from '../../core/terraform-run.ts';
import { type KubeClient, KubeError, type PodLog } from '../../kube/client.ts';
import { hindranceOf, verdictOf } from './run-end.ts';
import { readRunEnd } from './run-log.ts';

function job(type: 'Complete' | 'Failed', reason?: string, message?: string): KubeObject {
  const status = { conditions: [{ type, status: 'True', reason, message }] };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'infra-deploy-1', namespace: 'shop' }, status };
}

function pod(status: object, metadata: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'infra-deploy-1-x', namespace: 'shop', ...metadata },
    status,
  };
}

const state = (state: object, more: object = {}) => ({ containerStatuses: [{ name: 'terraform', state }], ...more });
const ended = (exitCode: number, reason = 'Error', message?: string, more: object = {}) =>
  state({ terminated: { exitCode, reason, message } }, { phase: exitCode === 0 ? 'Succeeded' : 'Failed', ...more });
const disrupted = (reason: string, message: string) => ({
  conditions: [{ type: 'DisruptionTarget', status: 'True', reason, message }],
});
const failed = job('Failed', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit');

describe('how a run ended', () => {
  it.each<[string, KubeObject, KubeObject[], object]>([
    ['well', job('Complete'), [pod(ended(0, 'Completed'))], { exitCode: 0 }],
    ['well, and its pod is gone', job('Complete'), [], {}],
    ['by the exit code of the script', failed, [pod(ended(3))], { exitCode: 3, reason: 'Error' }],
    ['out of memory', failed, [pod(ended(137, 'OOMKilled'))], { exitCode: 137, reason: 'OOMKilled' }],
    [
      'evicted by the kubelet',
      failed,
      [pod(ended(137, 'Error', undefined, { reason: 'Evicted', message: 'The node was low on resource: memory.' }))],
      { exitCode: 137, reason: 'Evicted', message: 'The node was low on resource: memory.' },
    ],
    [
      'evicted by a drain',
      failed,
      [pod(ended(143, 'Error', undefined, disrupted('EvictionByEvictionAPI', 'Eviction API: evicting')))],
      { exitCode: 143, reason: 'Evicted', message: 'Eviction API: evicting' },
    ],
    [
      'sent away by the kubelet for a critical pod',
      failed,
      [
        pod(
          ended(1, 'Error', undefined, {
            reason: 'Preempting',
            message: 'Preempted in order to admit critical pod',
            ...disrupted('TerminationByKubelet', 'Pod was preempted by Kubelet to accommodate a critical pod.'),
          }),
        ),
      ],
      { exitCode: 1, reason: 'Evicted', message: 'Preempted in order to admit critical pod' },
    ],
    [
      'its node is shut down',
      failed,
      [
        pod(
          ended(143, 'Error', undefined, {
            reason: 'Terminated',
            message: 'Pod was terminated in response to imminent node shutdown.',
            ...disrupted('TerminationByKubelet', 'Pod was terminated in response to imminent node shutdown.'),
          }),
        ),
      ],
      { exitCode: 143, reason: 'Evicted', message: 'Pod was terminated in response to imminent node shutdown.' },
    ],
    [
      'its node is gone',
      failed,
      [pod({ phase: 'Failed', ...disrupted('DeletionByPodGC', 'PodGC: node no longer exists') })],
      { reason: 'PodLost', message: 'PodGC: node no longer exists' },
    ],
    ['its pod was deleted and is gone', failed, [], { reason: 'PodLost', message: expect.stringContaining('gone') }],
    [
      'its pod is being deleted',
      failed,
      [pod(ended(143), { deletionTimestamp: '2026-01-01T00:00:00Z' })],
      { exitCode: 143, reason: 'PodLost', message: 'its pod was deleted' },
    ],
    [
      'killed with all that watched it',
      failed,
      [pod(ended(137, 'ContainerStatusUnknown', 'The container could not be located'))],
      { reason: 'PodLost', message: 'The container could not be located' },
    ],
    [
      'at the deadline of the Job, which takes the pod',
      job('Failed', 'DeadlineExceeded', 'Job was active longer than specified deadline'),
      [],
      { reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' },
    ],
    [
      'at the deadline of the pod',
      failed,
      [pod(ended(137, 'Error', undefined, { reason: 'DeadlineExceeded', message: 'Pod was active too long' }))],
      { exitCode: 137, reason: 'DeadlineExceeded', message: 'Pod was active too long' },
    ],
    [
      'at the deadline of the pod, whose container was never made',
      failed,
      [
        pod(
          ended(137, 'ContainerStatusUnknown', 'The container could not be located', {
            reason: 'DeadlineExceeded',
            message: 'Pod was active too long',
          }),
        ),
      ],
      { reason: 'DeadlineExceeded', message: 'Pod was active too long' },
    ],
    [
      'before it began: no shell in the image',
      failed,
      [pod(ended(128, 'StartError', 'exec: "/bin/sh": stat /bin/sh: no such file or directory'))],
      { reason: 'StartError', message: 'exec: "/bin/sh": stat /bin/sh: no such file or directory' },
    ],
    [
      'of several pods the last one counts',
      failed,
      [
        pod(ended(4), { name: 'b', creationTimestamp: '2026-01-01T00:00:02Z' }),
        pod(ended(3), { name: 'a', creationTimestamp: '2026-01-01T00:00:01Z' }),
      ],
      { exitCode: 4, reason: 'Error' },
    ],
  ])('%s', (_, of, pods, expected) => expect(verdictOf(of, pods)).toEqual(expected));
});

describe('what keeps a run from starting', () => {
  const waits = (reason: string, message: string) =>
    pod({ phase: 'Pending', ...state({ waiting: { reason, message } }) });
  it.each<[string, KubeObject[], object | undefined]>([
    ['no pod yet', [], undefined],
    ['a container that is being made', [waits('ContainerCreating', '')], undefined],
    ['a container that runs', [pod(state({ running: {} }))], undefined],
    ['an image', [waits('ErrImagePull', 'x: not found')], { reason: 'ErrImagePull', message: 'x: not found' }],
    ['an image, again', [waits('ImagePullBackOff', 'y')], { reason: 'ImagePullBackOff', message: 'y' }],
    [
      'a Secret',
      [waits('CreateContainerConfigError', 'secret "a" not found')],
      { reason: 'CreateContainerConfigError', message: 'secret "a" not found' },
    ],
    [
      'no node',
      [pod({ conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes' }] })],
      { reason: 'Unschedulable', message: '0/3 nodes' },
    ],
    ['a script that has ended, whose pod is to end', [pod({ ...ended(0, 'Completed'), phase: 'Running' })], undefined],
    [
      'or from ending: a container of a service mesh',
      [
        pod({
          phase: 'Running',
          containerStatuses: [
            { name: 'istio-proxy', state: { running: {} } },
            { name: 'terraform', state: { terminated: { exitCode: 0 } } },
          ],
        }),
      ],
      {
        reason: 'SidecarRuns',
        message:
          'the script has ended with exit code 0, and the container istio-proxy goes on; keep it out of the pod by a label or annotation in spec.podTemplate',
      },
    ],
  ])('%s', (_, pods, expected) => expect(hindranceOf(pods)).toEqual(expected));
});

describe('what a run printed', () => {
  const signal = new AbortController().signal;
  /** A kubelet with this log. */
  function kubelet(text: string | Error): { client: KubeClient; asked: PodLog[] } {
    const asked: PodLog[] = [];
    const podLog = async (request: PodLog): Promise<string> => {
      asked.push(request);
      if (text instanceof Error) throw text;
      const lines = text.split(/(?<=\n)/);
      const wanted = request.tailLines === undefined ? lines : lines.slice(-request.tailLines);
      return Buffer.from(wanted.join('')).subarray(0, request.limitBytes).toString();
    };
    return { client: { podLog } as unknown as KubeClient, asked };
  }

  it('E29 is read whole, with its last lines', async () => {
    const { client } = kubelet('one\n{"outputs": {}}\n');
    const end = await readRunEnd(client, job('Complete'), [pod(ended(0))], signal);
    expect(end).toEqual({
      ok: true,
      value: { exitCode: 0, output: 'one\n{"outputs": {}}\n', tail: ['one', '{"outputs": {}}'] },
    });
  });

  it('E29 of more than 256 KiB the beginning is kept, and the last lines', async () => {
    const { client, asked } = kubelet(`${'x'.repeat(outputLimit)}\n${'line\n'.repeat(30)}last`);
    const end = await readRunEnd(client, job('Complete'), [pod(ended(0))], signal);
    expect(end).toMatchObject({ ok: true, value: { outputTooLarge: true, output: 'x'.repeat(outputLimit) } });
    expect(end.ok && end.value.tail).toEqual([...Array(19).fill('line'), 'last']);
    expect(asked.every(({ limitBytes = Number.POSITIVE_INFINITY }) => limitBytes <= outputLimit + 1)).toBe(true);
  });

  it('E2 a line that is cut is left out: of a secret at the cut nobody would know the rest', async () => {
    const line = `password=${'x'.repeat(20_000)}`;
    const { client } = kubelet(`${line}\n`.repeat(100));
    const end = await readRunEnd(client, failed, [pod(ended(1))], signal);
    if (!end.ok) throw new Error(end.failure.message);
    const { output = '', tail } = end.value;
    expect([output.split('\n').length, tail.length]).toEqual([13, 10]);
    expect([...output.split('\n'), ...tail].every((one) => one === line)).toBe(true);
  });

  it.each([
    ['the last of them are long', 40_000, 5],
    ['no two are less than 256 KiB', 200_000, 0],
  ])('its last line is told where %s', async (_, length, before) => {
    const { client, asked } = kubelet(`${`${'x'.repeat(length)}\n`.repeat(30)}Error: no access`);
    const end = await readRunEnd(client, failed, [pod(ended(1))], signal);
    if (!end.ok) throw new Error(end.failure.message);
    expect(end.value.tail.map((line) => line.length)).toEqual([...Array(before).fill(length), 16].slice(-5));
    expect(asked.length).toBeLessThanOrEqual(6);
  });

  it('E2 of a line that a kubelet keeps in parts the end alone is not told', async () => {
    const { client } = kubelet(`${'x'.repeat(outputLimit)}\n`);
    const parts = async (request: PodLog) =>
      request.tailLines === undefined ? await client.podLog(request) : 'end of a secret\nlast\n';
    const end = await readRunEnd({ podLog: parts } as unknown as KubeClient, failed, [pod(ended(1))], signal);
    expect(end).toMatchObject({ ok: true, value: { tail: ['last'] } });
  });

  it.each([
    ['of a pod that never ran is not asked for', [pod(ended(128, 'StartError'))], new Error('asked'), []],
    ['of a pod that is gone is not asked for', [], new Error('asked'), []],
    ['may be gone with its node', [pod(ended(1))], new KubeError(404, 'NotFound', 'gone'), []],
  ])('%s', async (_, pods, log, tail) => {
    expect(await readRunEnd(kubelet(log).client, failed, pods, signal)).toMatchObject({ ok: true, value: { tail } });
  });

  it('is asked for again when the API server does not answer', async () => {
    const { client } = kubelet(new KubeError(503, 'ServiceUnavailable', 'kubelet is down'));
    expect(await readRunEnd(client, failed, [pod(ended(1))], signal)).toMatchObject({
      ok: false,
      failure: { kind: 'transient', message: 'the log of pod infra-deploy-1-x: kubelet is down' },
    });
  });
});
