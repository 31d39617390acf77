import { describe, expect, it } from 'vitest';
import type { Action } from '../../cluster/action.ts';
import { brief, meta, now, readyStatus, statusIn } from '../../cluster/fixtures.ts';
import type { Pod } from '../../cluster/types.ts';
import type { ControllerRevision } from '../revisions.ts';
import { planStatefulSet } from './plan.ts';
import type { StatefulSet } from './pods.ts';

function statefulSet(more: Partial<StatefulSet['spec']> = {}): StatefulSet {
  const template = { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'db', image: 'pg:1' }] } };
  const spec = { replicas: 3, serviceName: 'db', selector: { matchLabels: { app: 'db' } }, template, ...more };
  return { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: meta('db'), spec };
}

/** A little API: pods become ready between two passes, deletions are at once. */
class Stage {
  set: StatefulSet;
  pods: Pod[] = [];
  revisions: ControllerRevision[] = [];
  log: string[] = [];

  constructor(set: StatefulSet) {
    this.set = set;
  }

  pass(): Action[] {
    const { actions } = planStatefulSet(this.set, { pods: this.pods, revisions: this.revisions, claims: [] }, now);
    for (const action of actions) {
      const { object } = action;
      if (action.do === 'create' && object.kind === 'Pod')
        this.pods.push({ ...(object as Pod), status: { phase: 'Pending' } });
      if (action.do === 'create' && object.kind === 'ControllerRevision')
        this.revisions.push(object as ControllerRevision);
      if (action.do === 'delete')
        this.pods = this.pods.filter(({ metadata }) => metadata.name !== object.metadata.name);
      if (action.do === 'status') this.set = { ...this.set, status: action.status as StatefulSet['status'] & object };
      if (action.do === 'patch')
        this.revisions = this.revisions.map((one) =>
          one.metadata.name === object.metadata.name ? { ...one, ...action.patch } : one,
        );
    }
    this.log.push(...brief(actions).filter((line) => line.includes(' Pod ')));
    return [...actions];
  }

  settle(): this {
    const run = (): number => {
      this.pods = this.pods.map((pod) => ({ ...pod, status: readyStatus() }));
      return this.pass().length;
    };
    for (let round = 0; run() > 0; round += 1) if (round > 30) throw new Error('does not settle');
    return this;
  }

  images(): (string | undefined)[] {
    return [...this.pods]
      .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
      .map(({ spec }) => spec.containers[0]?.image);
  }
}

const v2 = { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'db', image: 'pg:2' }] } };

describe('StatefulSet', () => {
  it('starts one after the other, each when the one before is ready', () => {
    const stage = new Stage(statefulSet());
    stage.pass();
    stage.pass();
    expect(stage.log).toEqual(['create Pod db-0']);
    expect(stage.settle().log).toEqual(['create Pod db-0', 'create Pod db-1', 'create Pod db-2']);
  });

  it('starts all at once when Parallel', () => {
    const stage = new Stage(statefulSet({ podManagementPolicy: 'Parallel' }));
    stage.pass();
    expect(stage.log).toHaveLength(3);
  });

  it('scales down from the highest', () => {
    const stage = new Stage(statefulSet()).settle();
    stage.log = [];
    stage.set = { ...stage.set, spec: { ...stage.set.spec, replicas: 1 } };
    expect(stage.settle().log).toEqual(['delete Pod db-2', 'delete Pod db-1']);
  });

  it('updates from the highest, one at a time', () => {
    const stage = new Stage(statefulSet()).settle();
    stage.log = [];
    stage.set = { ...stage.set, spec: { ...stage.set.spec, template: v2 } };
    expect(stage.settle().log).toEqual([
      'delete Pod db-2',
      'create Pod db-2',
      'delete Pod db-1',
      'create Pod db-1',
      'delete Pod db-0',
      'create Pod db-0',
    ]);
    expect(stage.set.status?.currentRevision).toBe(stage.set.status?.updateRevision);
  });

  it('a partition keeps the pods below it on the old template, also when they are made anew', () => {
    const stage = new Stage(statefulSet({ updateStrategy: { rollingUpdate: { partition: 2 } } })).settle();
    stage.set = { ...stage.set, spec: { ...stage.set.spec, template: v2 } };
    stage.settle();
    stage.pods = stage.pods.filter(({ metadata }) => metadata.name !== 'db-0');
    expect(stage.settle().images()).toEqual(['pg:1', 'pg:1', 'pg:2']);
  });

  it('OnDelete changes no pod by itself', () => {
    const stage = new Stage(statefulSet({ updateStrategy: { type: 'OnDelete' } })).settle();
    stage.set = { ...stage.set, spec: { ...stage.set.spec, template: v2 } };
    expect(stage.settle().images()).toEqual(['pg:1', 'pg:1', 'pg:1']);
  });

  it('going back takes the old revision and makes it the newest', () => {
    const stage = new Stage(statefulSet()).settle();
    const first = stage.set.spec.template;
    stage.set = { ...stage.set, spec: { ...stage.set.spec, template: v2 } };
    stage.settle();
    stage.set = { ...stage.set, spec: { ...stage.set.spec, template: first } };
    stage.settle();
    expect(stage.revisions.map(({ revision }) => revision)).toEqual([3, 2]);
  });

  it('replaces a pod that failed', () => {
    const stage = new Stage(statefulSet({ replicas: 1 })).settle();
    stage.pods = stage.pods.map((pod) => ({ ...pod, status: { phase: 'Failed' } }));
    stage.log = [];
    stage.pass();
    expect(stage.log).toEqual(['delete Pod db-0']);
  });

  it('makes the claims of its templates, and mounts them', () => {
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'] },
    };
    const { actions } = planStatefulSet(
      statefulSet({ volumeClaimTemplates: [claim] }),
      { pods: [], revisions: [], claims: [] },
      now,
    );
    expect(brief(actions)).toContain('create PersistentVolumeClaim data-db-0');
    const made = actions.find(({ object }) => object.kind === 'Pod')?.object as Pod;
    expect(made.spec.volumes).toEqual([{ name: 'data', persistentVolumeClaim: { claimName: 'data-db-0' } }]);
  });

  it('reports what kubectl rollout status and kstatus read', () => {
    const stage = new Stage(statefulSet()).settle();
    expect(stage.set.status).toMatchObject({
      observedGeneration: 1,
      replicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      currentReplicas: 3,
      updatedReplicas: 3,
    });
    expect(statusIn(stage.pass())).toBeUndefined();
  });
});
