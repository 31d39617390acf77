import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../core/resource.ts';
import { failingPod } from './root-cause.ts';

const pod = (status: object): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'api-1' }, status });
const container = (state: object, more: object = {}) => pod({ containerStatuses: [{ name: 'main', state, ...more }] });
const crashed = { terminated: { exitCode: 3, reason: 'Error' } };

describe('E19 the pod that is to blame', () => {
  it.each([
    [
      'an image that cannot be pulled',
      container({ waiting: { reason: 'ImagePullBackOff', message: 'no such tag' } }),
      'pod api-1, container main: ImagePullBackOff: no such tag',
      false,
    ],
    [
      'a container that crashes again and again',
      container({ waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } }, { lastState: crashed }),
      'pod api-1, container main: CrashLoopBackOff, exit code 3: back-off 10s',
      true,
    ],
    ['a container that has just crashed', container(crashed), 'pod api-1, container main: Error, exit code 3', true],
    [
      'an init container',
      pod({
        initContainerStatuses: [{ name: 'migrate', state: crashed }],
        containerStatuses: [{ name: 'main', state: { waiting: { reason: 'PodInitializing' } } }],
      }),
      'pod api-1, container migrate: Error, exit code 3',
      true,
    ],
    [
      'a pod that fits on no node',
      pod({ conditions: [{ type: 'PodScheduled', status: 'False', message: '0/1 nodes are available' }] }),
      'pod api-1 cannot be scheduled: 0/1 nodes are available',
      false,
    ],
  ])('%s', (_what, given, message, hasLog) => {
    expect(failingPod([pod({ phase: 'Running' }), given])).toMatchObject({ message, hasLog });
  });

  it.each([
    ['that starts', container({ waiting: { reason: 'ContainerCreating' } })],
    ['that has done its work', container({ terminated: { exitCode: 0, reason: 'Completed' } })],
    ['that runs', container({ running: {} })],
    ['of which nothing is known', pod({})],
  ])('is not one %s', (_what, given) => expect(failingPod([given])).toBeUndefined());
});
