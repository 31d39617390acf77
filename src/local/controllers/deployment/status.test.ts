import { describe, expect, it } from 'vitest';
import { ago, meta, now } from '../../cluster/fixtures.ts';
import type { Deployment, ReplicaSet, WorkloadCondition } from '../../cluster/types.ts';
import { deploymentStatus } from './status.ts';

const template = { spec: { containers: [{ name: 'web', image: 'nginx:1' }] } };

function deployment(more: Partial<Deployment['spec']>, status?: Deployment['status']): Deployment {
  const spec = { replicas: 2, selector: {}, template, ...more };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: meta('web'), spec, ...(status ? { status } : {}) };
}

function set(replicas: number, available: number): ReplicaSet {
  const status = { replicas, readyReplicas: available, availableReplicas: available };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: meta('web-1'),
    spec: { replicas, selector: {}, template },
    status,
  };
}

const progressing = (reason: string, updated: string, status = 'True'): WorkloadCondition => ({
  type: 'Progressing',
  status,
  reason,
  message: 'x',
  lastUpdateTime: updated,
  lastTransitionTime: updated,
});

function reasons(one: Deployment, current: ReplicaSet | undefined, created = false): Record<string, string> {
  const { status } = deploymentStatus(one, current, [], created, now);
  return Object.fromEntries(
    (status.conditions ?? []).map(({ type, status: value, reason }) => [type, `${value} ${reason}`]),
  );
}

describe('status of a Deployment', () => {
  const before = { replicas: 2, updatedReplicas: 2 };
  it.each<[string, Deployment, ReplicaSet | undefined, boolean, Record<string, string>]>([
    [
      'new',
      deployment({}),
      set(2, 0),
      true,
      { Available: 'False MinimumReplicasUnavailable', Progressing: 'True NewReplicaSetCreated' },
    ],
    [
      'under way',
      deployment({}),
      set(2, 1),
      false,
      { Available: 'False MinimumReplicasUnavailable', Progressing: 'True ReplicaSetUpdated' },
    ],
    [
      'complete',
      deployment({}),
      set(2, 2),
      false,
      { Available: 'True MinimumReplicasAvailable', Progressing: 'True NewReplicaSetAvailable' },
    ],
    [
      'paused',
      deployment({ paused: true }),
      set(2, 2),
      false,
      { Available: 'True MinimumReplicasAvailable', Progressing: 'Unknown DeploymentPaused' },
    ],
    [
      'stuck beyond its deadline',
      deployment(
        { progressDeadlineSeconds: 30 },
        { ...before, conditions: [progressing('ReplicaSetUpdated', ago(31))] },
      ),
      set(2, 0),
      false,
      { Available: 'False MinimumReplicasUnavailable', Progressing: 'False ProgressDeadlineExceeded' },
    ],
    [
      'stuck before its deadline',
      deployment(
        { progressDeadlineSeconds: 30 },
        { ...before, conditions: [progressing('ReplicaSetUpdated', ago(29))] },
      ),
      set(2, 0),
      false,
      { Available: 'False MinimumReplicasUnavailable', Progressing: 'True ReplicaSetUpdated' },
    ],
  ])('%s', (_case, one, current, created, expected) => expect(reasons(one, current, created)).toEqual(expected));

  it('looks again when the deadline for progress is over', () => {
    const one = deployment(
      { progressDeadlineSeconds: 30 },
      { ...before, conditions: [progressing('ReplicaSetUpdated', ago(20))] },
    );
    expect(deploymentStatus(one, set(2, 0), [], false, now).againMs).toBe(10_000);
  });

  it('leaves out counts of zero, as the real one does', () => {
    const { conditions: _conditions, ...counts } = deploymentStatus(
      deployment({ replicas: 0 }),
      set(0, 0),
      [],
      false,
      now,
    ).status;
    expect(counts).toEqual({ observedGeneration: 1 });
  });
});
