import { describe, expect, it } from 'vitest';
import { now, pod } from '../cluster/fixtures.ts';
import type { Container, Pod, PodSpec } from '../cluster/types.ts';
import { type Around, exitCodeAnnotation, runSecondsAnnotation, simulate } from './simulate.ts';

const around: Around = {
  images: new Map(),
  configErrors: new Map(),
  mountError: undefined,
  elapsedMs: 1000,
  startDelayMs: 300,
  ip: '10.244.0.2',
};

/** What `kubectl get pods` would show of each container. */
function shown(one: Pod): string {
  const { initContainerStatuses = [], containerStatuses = [] } = one.status ?? {};
  const states = [...initContainerStatuses, ...containerStatuses].map(({ state, restartCount }) => {
    const word = state.waiting?.reason ?? (state.terminated ? `exit ${state.terminated.exitCode}` : 'running');
    return restartCount > 0 ? `${word} (${restartCount})` : word;
  });
  return `${one.status?.phase}: ${states.join(', ')}`;
}

/** The pod after each of the steps; `seconds` pass between two. */
function film(
  spec: Partial<PodSpec>,
  more: { annotations?: Record<string, string>; around?: Partial<Around>; steps?: number; seconds?: number } = {},
): string[] {
  let one = pod('p', { spec: { restartPolicy: 'Always', ...spec }, meta: { annotations: more.annotations ?? {} } });
  const frames: string[] = [];
  for (let step = 0; step < (more.steps ?? 4); step += 1) {
    const time = new Date(now.getTime() + step * (more.seconds ?? 1) * 1000);
    one = { ...one, status: simulate(one, { ...around, ...more.around }, time).status };
    const frame = shown(one);
    if (frame !== frames.at(-1)) frames.push(frame);
  }
  return frames;
}

const setup: Container = { name: 'setup', image: 'busybox' };

describe('a pretended pod', () => {
  it.each<[string, Parameters<typeof film>, string[]]>([
    ['a service runs and goes on', [{}], ['Running: running']],
    ['a task ends', [{ restartPolicy: 'Never' }], ['Running: running', 'Succeeded: exit 0']],
    [
      'a task fails when told to',
      [{ restartPolicy: 'Never' }, { annotations: { [exitCodeAnnotation]: '3' } }],
      ['Running: running', 'Failed: exit 3'],
    ],
    [
      'a task takes as long as told',
      [{ restartPolicy: 'Never' }, { annotations: { [runSecondsAnnotation]: '60' } }],
      ['Running: running'],
    ],
    [
      'an exit code that is none does not count',
      [{}, { annotations: { [exitCodeAnnotation]: 'soon' } }],
      ['Running: running'],
    ],
    [
      'a service that crashes is restarted, and waits longer each time',
      [{}, { annotations: { [exitCodeAnnotation]: '1' }, steps: 30, seconds: 1 }],
      [
        'Running: running',
        'Running: exit 1',
        'Running: CrashLoopBackOff',
        'Running: running (1)',
        'Running: exit 1 (1)',
        'Running: CrashLoopBackOff (1)',
      ],
    ],
    [
      'init containers come first, one after the other',
      [{ initContainers: [setup, { ...setup, name: 'more' }] }, { steps: 6 }],
      [
        'Pending: running, PodInitializing, PodInitializing',
        'Pending: exit 0, running, PodInitializing',
        'Running: exit 0, exit 0, running',
      ],
    ],
    ['a sidecar stays', [{ initContainers: [{ ...setup, restartPolicy: 'Always' }] }], ['Running: running, running']],
    ['a container waits its time', [{}, { around: { elapsedMs: 100 } }], ['Pending: ContainerCreating']],
    [
      'an image that is missing',
      [{}, { around: { images: new Map([['nginx:1', { missing: 'not found' }]]), elapsedMs: 9000 } }],
      ['Pending: ErrImagePull', 'Pending: ImagePullBackOff'],
    ],
    [
      'a Secret that is missing',
      [{}, { around: { configErrors: new Map([['main', 'secret "s" not found']]) } }],
      ['Pending: CreateContainerConfigError'],
    ],
    ['a volume that is missing', [{}, { around: { mountError: 'no' } }], ['Pending: ContainerCreating']],
  ])('%s', (_case, parameters, frames) => expect(film(...parameters)).toEqual(frames));

  it('says what it waits for', () => {
    const missing = new Map([['nginx:1', { missing: 'nginx:1: not found' }]]);
    const { status, againMs } = simulate(pod('p'), { ...around, images: missing }, now);
    expect(status.containerStatuses?.[0]?.state.waiting).toEqual({
      reason: 'ErrImagePull',
      message: 'nginx:1: not found',
    });
    expect(againMs).toBe(5000);
    const later = simulate(pod('p', { status }), { ...around, images: missing, elapsedMs: 9000 }, now);
    expect(later.status.containerStatuses?.[0]?.state.waiting?.message).toBe(
      'Back-off pulling image "nginx:1": ErrImagePull: nginx:1: not found',
    );
  });

  it('starts as soon as the image is there, and tells its digest', () => {
    const missing = new Map([['nginx:1', { missing: 'no' }]]);
    const { status } = simulate(pod('p'), { ...around, images: missing }, now);
    const there = new Map([['nginx:1', { digest: 'sha256:abc' }]]);
    const next = simulate(pod('p', { status }), { ...around, images: there, elapsedMs: 0 }, now);
    expect(next.status.containerStatuses?.[0]).toMatchObject({ ready: true, imageID: 'nginx@sha256:abc' });
  });

  it('asks for no other look when nothing is to come', () => {
    const { status } = simulate(pod('p'), around, now);
    expect(simulate(pod('p', { status }), around, now).againMs).toBeUndefined();
  });
});
