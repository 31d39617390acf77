import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../core/resource.ts';
import { ago, meta, now } from '../../cluster/fixtures.ts';
import { type Remaining, terminationConditions } from './plan.ts';

const item = (...finalizers: string[]): KubeObject => ({
  apiVersion: 'v1',
  kind: 'X',
  metadata: { ...meta('x'), finalizers },
});

function says(left: Remaining[], failure?: string): Record<string, string> {
  const conditions = terminationConditions(left, failure, [], now).filter(({ status }) => status === 'True');
  return Object.fromEntries(conditions.map(({ type, reason, message }) => [type, `${reason}: ${message}`]));
}

describe('a namespace that is being deleted', () => {
  it.each<[string, Remaining[], string | undefined, Record<string, string>]>([
    ['empty', [], undefined, {}],
    [
      'content that goes by itself',
      [{ resource: 'pods.', items: [item(), item()] }],
      undefined,
      {
        NamespaceContentRemaining: 'SomeResourcesRemain: Some resources are remaining: pods. has 2 resource instances',
      },
    ],
    [
      'content held by finalizers',
      [
        { resource: 'services.alustan.io', items: [item('alustan.io/teardown')] },
        { resource: 'configmaps.', items: [item('a/b')] },
      ],
      undefined,
      {
        NamespaceContentRemaining:
          'SomeResourcesRemain: Some resources are remaining: configmaps. has 1 resource instances, services.alustan.io has 1 resource instances',
        NamespaceFinalizersRemaining:
          'SomeFinalizersRemain: Some content in the namespace has finalizers remaining: a/b in 1 resource instances, alustan.io/teardown in 1 resource instances',
      },
    ],
    ['content that cannot be deleted', [], 'no', { NamespaceDeletionContentFailure: 'ContentDeletionFailed: no' }],
  ])('says what holds it: %s', (_case, left, failure, expected) => expect(says(left, failure)).toEqual(expected));

  it('keeps the time of a condition that did not change', () => {
    const before = [
      { type: 'NamespaceContentRemaining', status: 'True', reason: 'x', message: 'x', lastTransitionTime: ago(60) },
    ];
    const times = terminationConditions([{ resource: 'pods.', items: [item()] }], undefined, before, now);
    expect(times.find(({ type }) => type === 'NamespaceContentRemaining')?.lastTransitionTime).toBe(ago(60));
  });
});
