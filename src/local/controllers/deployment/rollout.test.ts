import { describe, expect, it } from 'vitest';
import type { Action } from '../../cluster/action.ts';
import { brief, meta, now, podOf } from '../../cluster/fixtures.ts';
import type { Deployment, Pod, ReplicaSet } from '../../cluster/types.ts';
import { planDeployment } from './plan.ts';
import { revisionAnnotation } from './revisions.ts';

function deployment(image: string, more: Partial<Deployment['spec']> = {}): Deployment {
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } };
  const spec = { replicas: 4, selector: { matchLabels: { app: 'web' } }, template, ...more };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: meta('web'), spec };
}

function withStatus(one: Deployment, { status, annotations }: Extract<Action, { do: 'status' }>): Deployment {
  const metadata = { ...one.metadata, annotations: { ...one.metadata.annotations, ...annotations } };
  return { ...one, metadata, status: status as NonNullable<Deployment['status']> };
}

/** A little API: carries out what a Deployment asks, and plays ReplicaSets whose pods become available one pass later. */
class Stage {
  deployment: Deployment;
  sets: ReplicaSet[] = [];
  lowest = Number.POSITIVE_INFINITY;
  highest = 0;

  constructor(start: Deployment) {
    this.deployment = start;
  }

  pass(pods: readonly Pod[] = []): Action[] {
    const { actions } = planDeployment(this.deployment, this.sets, pods, now);
    for (const action of actions) this.#carryOut(action);
    return [...actions];
  }

  /** The pods follow their ReplicaSets. */
  follow(): void {
    for (const set of this.sets) {
      const replicas = set.spec.replicas ?? 1;
      set.status = { replicas, readyReplicas: replicas, availableReplicas: replicas };
    }
  }

  settle(): void {
    for (let round = 0; round < 50; round += 1) {
      const actions = this.pass();
      const total = this.sets.reduce((sum, set) => sum + (set.spec.replicas ?? 0), 0);
      this.highest = Math.max(this.highest, total);
      this.lowest = Math.min(this.lowest, this.available());
      this.follow();
      if (actions.length === 0) return;
    }
    throw new Error('does not settle');
  }

  available(): number {
    // A pod that has been asked to go counts no more, one that has been asked for does not count yet.
    return this.sets.reduce(
      (sum, set) => sum + Math.min(set.status?.availableReplicas ?? 0, set.spec.replicas ?? 0),
      0,
    );
  }

  #carryOut(action: Action): void {
    if (action.do === 'create')
      this.sets.push({
        ...(action.object as ReplicaSet),
        metadata: meta(action.object.metadata.name, action.object.metadata),
      });
    if (action.do === 'status') this.deployment = withStatus(this.deployment, action);
    if (action.do === 'delete')
      this.sets = this.sets.filter(({ metadata }) => metadata.uid !== action.object.metadata.uid);
    if (action.do !== 'patch') return;
    const patch = action.patch as { metadata?: { annotations?: Record<string, string> }; spec?: object };
    const merge = <T extends Deployment | ReplicaSet>(object: T): T => ({
      ...object,
      metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...patch.metadata?.annotations } },
      spec: { ...object.spec, ...patch.spec },
    });
    if (action.object.kind === 'Deployment') this.deployment = merge(this.deployment);
    else this.sets = this.sets.map((set) => (set.metadata.uid === action.object.metadata.uid ? merge(set) : set));
  }
}

function change(stage: Stage, more: Partial<Deployment['spec']>): void {
  stage.deployment = { ...stage.deployment, spec: { ...stage.deployment.spec, ...more } };
}

function rolled(more: Partial<Deployment['spec']> = {}): Stage {
  const stage = new Stage(deployment('nginx:1', more));
  stage.settle();
  stage.lowest = Number.POSITIVE_INFINITY;
  stage.highest = 0;
  change(stage, { template: deployment('nginx:2').spec.template });
  stage.settle();
  return stage;
}

describe('Deployment', () => {
  it.each<[string, Deployment['spec']['strategy'], number, number]>([
    ['25 % each, the default', undefined, 5, 3],
    ['surge 1, none unavailable', { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }, 5, 4],
    ['no surge, 1 unavailable', { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } }, 4, 3],
    ['100 % surge', { rollingUpdate: { maxSurge: '100%', maxUnavailable: 0 } }, 8, 4],
    ['both 0 means 1 unavailable', { rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } }, 4, 3],
  ])('rolling update keeps its fences: %s', (_case, strategy, most, least) => {
    const stage = rolled(strategy === undefined ? {} : { strategy: { type: 'RollingUpdate', ...strategy } });
    expect(stage.highest).toBeLessThanOrEqual(most);
    expect(stage.lowest).toBeGreaterThanOrEqual(least);
    expect(stage.sets.map((set) => set.spec.replicas)).toEqual([0, 4]);
  });

  it('Recreate starts nothing new while an old pod lives', () => {
    const stage = new Stage(deployment('nginx:1', { strategy: { type: 'Recreate' } }));
    stage.settle();
    change(stage, { template: deployment('nginx:2').spec.template });
    expect(brief(stage.pass())).toContain(`patch ReplicaSet ${stage.sets[0]?.metadata.name}`);
    const old = stage.sets[0] as ReplicaSet;
    expect(stage.pass([podOf(old, 'old', true)]).filter((action) => action.do === 'create')).toEqual([]);
    stage.settle();
    expect(stage.sets.map((set) => set.spec.replicas)).toEqual([0, 4]);
  });

  it('going back takes the old ReplicaSet again and gives it the next revision', () => {
    const stage = rolled();
    change(stage, { template: deployment('nginx:1').spec.template });
    stage.settle();
    expect(stage.sets.map((set) => [set.spec.replicas, set.metadata.annotations?.[revisionAnnotation]])).toEqual([
      [4, '3'],
      [0, '2'],
    ]);
    expect(stage.deployment.metadata.annotations?.[revisionAnnotation]).toBe('3');
  });

  it('keeps revisionHistoryLimit old ReplicaSets', () => {
    const stage = rolled({ revisionHistoryLimit: 1 });
    change(stage, { template: deployment('nginx:3').spec.template });
    stage.settle();
    expect(stage.sets.map((set) => set.spec.template.spec.containers[0]?.image)).toEqual(['nginx:2', 'nginx:3']);
  });

  it('a paused one makes no new ReplicaSet, but scales', () => {
    const stage = new Stage(deployment('nginx:1'));
    stage.settle();
    change(stage, { paused: true, replicas: 6, template: deployment('nginx:2').spec.template });
    stage.settle();
    expect(stage.sets.map((set) => set.spec.replicas)).toEqual([6]);
  });

  it('settles: what is as it should be costs no write', () => {
    expect(rolled().pass()).toEqual([]);
  });
});
