import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leadController, leaseName } from '../../src/controller/lead.ts';
import type { KubeObject } from '../../src/core/resource.ts';
import type { Role } from '../../src/core/role.ts';
import { ControllerStage } from '../support/controller-stage.ts';

describe('replicas of the controller', { timeout: 120_000 }, () => {
  let stage: ControllerStage;

  beforeAll(async () => {
    stage = await ControllerStage.open();
    await stage.namespace('shop');
    await stage.push('shop', { one: '1', two: '2' });
  }, 60_000);
  afterAll(() => stage.close(), 60_000);

  function replica(identity: string) {
    const stop = new AbortController();
    const began = Promise.withResolvers<void>();
    const { urgent, guarded } = stage.own;
    const roles: Role[] = [];
    const become = (role: Role) => {
      if (roles.at(-1) !== role) roles.push(role);
      if (role === 'leading') began.resolve();
    };
    const options = { ...stage.options, urgent, guarded, identity, become };
    return { roles, began: began.promise, stop: () => stop.abort(), ended: leadController(options, stop.signal) };
  }

  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace: 'alustan', name: leaseName };
  const holder = (object: KubeObject) => (object['spec'] as { holderIdentity?: string }).holderIdentity;

  it('work one at a time; the next goes on when the leader is stopped', async () => {
    const first = replica('first');
    await first.began;
    const second = replica('second');
    await stage.service('shop', 'one');
    await stage.state('shop', 'one', 'Completed Delivered');
    expect(holder(await stage.client.get(lease))).toBe('first');
    first.stop();
    await Promise.all([first.ended, second.began]);
    expect(holder(await stage.client.get(lease))).toBe('second');
    await stage.service('shop', 'two');
    await stage.state('shop', 'two', 'Completed Delivered');
    second.stop();
    await second.ended;
    expect(holder(await stage.client.get(lease))).toBe('');
    expect(first.roles).toEqual(['loading', 'leading', 'stopping']);
    expect(second.roles).toEqual(['standby', 'loading', 'leading', 'stopping']);
    expect(stage.helm.jobs.map(({ release }) => release)).toEqual(['one', 'two']);
  });
});
