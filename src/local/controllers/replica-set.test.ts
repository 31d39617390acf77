import { describe, expect, it } from 'vitest';
import { ago, brief, meta, now, podOf, readyStatus, statusIn } from '../cluster/fixtures.ts';
import type { Pod, ReplicaSet } from '../cluster/types.ts';
import { firstToGo, planReplicaSet } from './replica-set.ts';

function replicaSet(replicas: number, more: Partial<ReplicaSet['spec']> = {}): ReplicaSet {
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx:1' }] } };
  const spec = { replicas, selector: { matchLabels: { app: 'web' } }, template, ...more };
  return { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: meta('web'), spec };
}

function count(set: ReplicaSet, pods: readonly Pod[]): Record<string, number> {
  const kinds = planReplicaSet(set, pods, now).actions.map((action) => action.do);
  return {
    create: kinds.filter((one) => one === 'create').length,
    delete: kinds.filter((one) => one === 'delete').length,
  };
}

describe('ReplicaSet', () => {
  const set = replicaSet(3);
  const ready = [1, 2, 3].map((at) => podOf(set, `web-${at}`, true));
  const failed: Pod = { ...podOf(set, 'web-f', false), status: { phase: 'Failed' } };
  const going: Pod = podOf(set, 'web-g', true);
  going.metadata.deletionTimestamp = ago(1);

  it.each<[string, ReplicaSet, Pod[], Record<string, number>]>([
    ['makes the pods that are missing', set, ready.slice(0, 1), { create: 2, delete: 0 }],
    [
      'removes the pods that are too many',
      { ...set, spec: { ...set.spec, replicas: 1 } },
      ready,
      { create: 0, delete: 2 },
    ],
    ['replaces a pod that failed', set, [...ready.slice(0, 2), failed], { create: 1, delete: 0 }],
    ['replaces a pod that is being deleted', set, [...ready.slice(0, 2), going], { create: 1, delete: 0 }],
    ['leaves well alone', set, ready, { create: 0, delete: 0 }],
    [
      'does nothing more when it is itself deleted',
      { ...set, metadata: { ...set.metadata, deletionTimestamp: ago(1) } },
      [],
      { create: 0, delete: 0 },
    ],
  ])('%s', (_case, replicas, pods, expected) => expect(count(replicas, pods)).toEqual(expected));

  it('counts its pods, and writes no status that says nothing new', () => {
    const { actions } = planReplicaSet(set, ready, now);
    const status = statusIn<ReplicaSet['status']>(actions);
    expect(status).toEqual({
      replicas: 3,
      fullyLabeledReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      observedGeneration: 1,
    });
    if (status) expect(planReplicaSet({ ...set, status }, ready, now)).toEqual({ actions: [] });
  });

  it('counts a ready pod as available after minReadySeconds, and looks again just then', () => {
    const patient = replicaSet(1, { minReadySeconds: 30 });
    const pod = { ...podOf(patient, 'web-1', true), status: readyStatus(ago(20)) };
    const { actions, againMs } = planReplicaSet(patient, [pod], now);
    expect([statusIn<ReplicaSet['status']>(actions)?.availableReplicas, againMs]).toEqual([undefined, 10_000]);
  });

  it('removes what serves least first: unplaced, pending, not ready, then the youngest', () => {
    const unplaced = podOf(set, 'unplaced', false);
    delete unplaced.spec.nodeName;
    const unready: Pod = { ...podOf(set, 'unready', false), status: { phase: 'Running' } };
    const young = podOf(set, 'young', true);
    young.metadata.creationTimestamp = ago(1);
    const order = [podOf(set, 'old', true), young, unready, podOf(set, 'pending', false), unplaced].sort(firstToGo);
    expect(order.map(({ metadata }) => metadata.name)).toEqual(['unplaced', 'pending', 'unready', 'young', 'old']);
  });

  it('names its pods after itself and owns them', () => {
    const made = planReplicaSet(replicaSet(1), [], now).actions[0];
    expect(brief(made ? [made] : [])[0]).toMatch(/^create Pod web-[a-z0-9]{5}$/);
    expect(made?.object.metadata.ownerReferences).toMatchObject([
      { kind: 'ReplicaSet', name: 'web', controller: true, blockOwnerDeletion: true },
    ]);
  });
});
