import { describe, expect, it } from 'vitest';
import type { KubeObject, OwnerReference } from '../../../core/resource.ts';
import { ago, brief, meta } from '../../cluster/fixtures.ts';
import { Graph } from './graph.ts';
import { type OwnerState, planDependent, planOwner } from './plan.ts';

function reference(uid: string, blockOwnerDeletion = true): OwnerReference {
  return { apiVersion: 'v1', kind: 'ConfigMap', name: uid, uid, blockOwnerDeletion };
}

function object(owners: OwnerReference[], more: Partial<KubeObject['metadata']> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { ...meta('s'), ownerReferences: owners, ...more } };
}

describe('garbage: a dependent', () => {
  const a = reference('a');
  const b = reference('b');
  it.each<[string, KubeObject, Record<string, OwnerState>, boolean, string[]]>([
    ['stays while its owner does', object([a]), { a: 'present' }, false, []],
    ['goes with its only owner', object([a]), { a: 'absent' }, false, ['delete Secret s']],
    ['goes with the last of its owners', object([a, b]), { a: 'absent', b: 'absent' }, false, ['delete Secret s']],
    [
      'loses the reference to one that is gone',
      object([a, b]),
      { a: 'absent', b: 'present' },
      false,
      ['patch Secret s'],
    ],
    ['goes before an owner that waits for it', object([a]), { a: 'foreground' }, false, ['delete Secret s']],
    [
      'does not go before one that does not wait for it',
      object([reference('a', false)]),
      { a: 'foreground' },
      false,
      [],
    ],
    ['stays when an owner cannot be looked up', object([a, b]), { a: 'absent', b: 'unknown' }, false, []],
    ['is not deleted twice', object([a], { deletionTimestamp: ago(1) }), { a: 'absent' }, false, []],
    ['without owners is nobody’s business', object([]), {}, false, []],
  ])('%s', (_case, one, states, hasDependents, expected) => {
    expect(brief(planDependent(one, new Map(Object.entries(states)), hasDependents))).toEqual(expected);
  });

  it('is deleted in the foreground too when it has dependents itself', () => {
    const states = new Map<string, OwnerState>([['a', 'foreground']]);
    expect(planDependent(object([a]), states, true)).toMatchObject([{ propagation: 'Foreground' }]);
    expect(planDependent(object([a]), states, false)).toMatchObject([{ propagation: 'Background' }]);
  });
});

describe('garbage: an owner', () => {
  const owner = (finalizers: string[], deletionTimestamp?: string): KubeObject => ({
    ...object([], { uid: 'o', finalizers, ...(deletionTimestamp ? { deletionTimestamp } : {}) }),
    kind: 'Owner',
  });
  const child = (block: boolean): KubeObject => object([reference('o', block)]);

  it.each<[string, KubeObject, KubeObject[], string[]]>([
    ['that is not deleted does nothing', owner(['foregroundDeletion']), [], []],
    ['waits for a dependent that blocks it', owner(['foregroundDeletion'], ago(1)), [child(true)], []],
    ['does not wait for one that does not', owner(['foregroundDeletion'], ago(1)), [child(false)], ['patch Owner s']],
    ['goes when the last dependent has gone', owner(['foregroundDeletion'], ago(1)), [], ['patch Owner s']],
    [
      'that orphans sets its dependents free first',
      owner(['orphan'], ago(1)),
      [child(true)],
      ['patch Secret s', 'patch Owner s'],
    ],
    ['leaves the finalizers of others', owner(['x.io/y'], ago(1)), [child(true)], []],
  ])('%s', (_case, one, dependents, expected) => expect(brief(planOwner(one, dependents))).toEqual(expected));

  it('keeps its other finalizers, and does not bring back what another has removed meanwhile', () => {
    const one = owner(['x.io/y', 'foregroundDeletion'], ago(1));
    one.metadata.resourceVersion = '7';
    expect(planOwner(one, [])).toMatchObject([
      { patch: { metadata: { finalizers: ['x.io/y'], resourceVersion: '7' } } },
    ]);
  });
});

describe('graph of owners', () => {
  it('follows objects that come, change owners and go', () => {
    const graph = new Graph();
    const one = object([reference('o')], { uid: 'c' });
    graph.put(one);
    expect(graph.dependents('o')).toEqual([one]);
    graph.put({ ...one, metadata: { ...one.metadata, ownerReferences: [reference('p')] } });
    expect([graph.dependents('o').length, graph.dependents('p').length]).toEqual([0, 1]);
    graph.remove('c');
    expect([graph.dependents('p').length, graph.get('c')]).toEqual([0, undefined]);
  });
});
