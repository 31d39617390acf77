import { describe, expect, it } from 'vitest';
import { brief, meta, now, podOf, readyStatus, statusIn } from '../cluster/fixtures.ts';
import type { Pod } from '../cluster/types.ts';
import { type DaemonSet, planDaemonSet } from './daemon-set.ts';
import { type ControllerRevision, revisionHashLabel } from './revisions.ts';

const node = (name: string, labels = {}) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels } });

function daemonSet(image = 'agent:1', nodeSelector?: Record<string, string>): DaemonSet {
  const containers = [{ name: 'c', image }];
  const template = {
    metadata: { labels: { app: 'agent' } },
    spec: { containers, ...(nodeSelector ? { nodeSelector } : {}) },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: meta('agent'),
    spec: { selector: { matchLabels: { app: 'agent' } }, template },
  };
}

function running(set: DaemonSet, hash: string, name = 'agent-1'): Pod {
  return { ...podOf(set, name, true, { app: 'agent', [revisionHashLabel]: hash }), status: readyStatus() };
}

describe('DaemonSet', () => {
  const set = daemonSet();
  const first = planDaemonSet(set, [node('local')], [], [], now).actions;
  const revision = first.find(({ object }) => object.kind === 'ControllerRevision')?.object as ControllerRevision;
  const hash = revision.metadata.labels?.[revisionHashLabel] ?? '';

  it.each<[string, DaemonSet, Pod[], RegExp[]]>([
    ['makes a pod for the node', set, [], [/^create ControllerRevision/, /^create Pod agent-/, /^status/]],
    ['leaves a pod that fits', set, [running(set, hash)], [/^create ControllerRevision/, /^status/]],
    [
      'removes a pod of an old template before it makes the new one',
      set,
      [running(set, 'old')],
      [/^create ControllerRevision/, /^delete Pod agent-1/, /^status/],
    ],
    [
      'removes a second pod on the node',
      set,
      [running(set, hash), running(set, hash, 'agent-2')],
      [/^create ControllerRevision/, /^delete Pod agent-2/, /^status/],
    ],
    [
      'leaves a node out that it does not select',
      daemonSet('agent:1', { gpu: 'yes' }),
      [],
      [/^create ControllerRevision/, /^status/],
    ],
  ])('%s', (_case, one, pods, expected) => {
    const lines = brief(planDaemonSet(one, [node('local')], pods, [], now).actions);
    expect(lines).toHaveLength(expected.length);
    for (const [at, pattern] of expected.entries()) expect(lines[at]).toMatch(pattern);
  });

  it('knows a pod that is not placed yet as the one of its node', () => {
    const made = first.find(({ object }) => object.kind === 'Pod')?.object as Pod;
    expect(made.spec.nodeName).toBeUndefined();
    const lines = brief(planDaemonSet(set, [node('local')], [made], [revision], now).actions);
    expect(lines.filter((line) => line.includes(' Pod '))).toEqual([]);
  });

  it('reports what kubectl rollout status reads', () => {
    const { actions } = planDaemonSet(set, [node('local')], [running(set, hash)], [revision], now);
    expect(statusIn(actions)).toEqual({
      currentNumberScheduled: 1,
      desiredNumberScheduled: 1,
      numberMisscheduled: 0,
      numberReady: 1,
      observedGeneration: 1,
      updatedNumberScheduled: 1,
      numberAvailable: 1,
    });
  });
});
