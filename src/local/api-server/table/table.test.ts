import { describe, expect, it } from 'vitest';
import type { ApiObject } from '../object.ts';
import { humanDuration } from './duration.ts';
import { evaluate } from './json-path.ts';
import { podStatus } from './pods.ts';

describe('ages', () => {
  it.each([
    [-5, '<invalid>'],
    [0, '0s'],
    [119, '119s'],
    [120, '2m'],
    [125, '2m5s'],
    [599, '9m59s'],
    [600, '10m'],
    [10_799, '179m'],
    [10_800, '3h'],
    [12_000, '3h20m'],
    [28_800, '8h'],
    [172_799, '47h'],
    [176_400, '2d1h'],
    [691_200, '8d'],
    [63_072_000, '2y'],
  ])('%d seconds are %s', (seconds, shown) => expect(humanDuration(seconds)).toBe(shown));
});

describe('the status of a Pod', () => {
  const container = (state: unknown, more = {}) => ({ name: 'main', state, ...more });
  it.each([
    ['its phase', { phase: 'Pending' }, 'Pending'],
    [
      'why it waits',
      { phase: 'Pending', containerStatuses: [container({ waiting: { reason: 'ImagePullBackOff' } })] },
      'ImagePullBackOff',
    ],
    [
      'how it ended',
      { phase: 'Failed', containerStatuses: [container({ terminated: { reason: 'Error', exitCode: 1 } })] },
      'Error',
    ],
    [
      'the exit code',
      { phase: 'Failed', containerStatuses: [container({ terminated: { exitCode: 3 } })] },
      'ExitCode:3',
    ],
    [
      'the signal',
      { phase: 'Failed', containerStatuses: [container({ terminated: { signal: 9, exitCode: 137 } })] },
      'Signal:9',
    ],
    ['its reason', { phase: 'Failed', reason: 'Evicted' }, 'Evicted'],
    ['its init containers', { phase: 'Pending', initContainerStatuses: [container({ running: {} })] }, 'Init:0/1'],
  ])('is %s', (_what, status, shown) => {
    const spec = { containers: [{}], initContainers: [{}] };
    expect(podStatus({ metadata: { name: 'p' }, spec, status } as unknown as ApiObject)).toBe(shown);
  });

  it('is Terminating while it goes', () => {
    const pod = { metadata: { name: 'p', deletionTimestamp: 'x' }, status: { phase: 'Running' } };
    expect(podStatus(pod as unknown as ApiObject)).toBe('Terminating');
  });
});

describe('the JSONPath of a column', () => {
  const object = {
    spec: {
      list: [
        { n: 'a', v: 1 },
        { n: 'b', v: 2 },
      ],
      'a.b': 'dotted',
    },
    ok: true,
  };
  it.each([
    ['.spec.list[0].v', [1]],
    ['.spec.list[*].n', ['a', 'b']],
    ['.spec.list[?(@.n=="b")].v', [2]],
    ['.spec.list[?(@.v==1)].n', ['a']],
    [".spec['a.b']", ['dotted']],
    ['.spec.a\\.b', ['dotted']],
    ['.spec.missing.deep', []],
    ['.ok', [true]],
  ])('%s', (path, expected) => expect(evaluate(object, path)).toEqual(expected));
});
