import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../core/fake-clock.ts';
import { silent } from '../../core/log.ts';
import type { KubeObject } from '../../core/resource.ts';
import type { KubeClient } from '../../kube/client.ts';
import { LiveObjects } from '../../source/cluster/objects.ts';
import { FakeCluster } from '../../source/cluster/testing.ts';
import { type Looker, Watches } from '../../source/cluster/watches.ts';
import { healthView, ObjectHealth } from './object-health.ts';

const { signal } = new AbortController();
const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'api' };
const labels = { app: 'api' };
const deployment = (status: object): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'api', namespace: 'shop', uid: 'd', generation: 1 },
  spec: { replicas: 1, selector: { matchLabels: labels } },
  status,
});
const healthy = { observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };
const conditions = [{ type: 'Available', status: 'True' }];
const crashing: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'api-1', namespace: 'shop', uid: 'p', labels },
  status: {
    containerStatuses: [
      {
        name: 'main',
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 1, reason: 'Error' } },
      },
    ],
  },
};

function setUp(log: string | Error = '') {
  const cluster = new FakeCluster();
  const clock = new FakeClock();
  const watches = new Watches(cluster.client(), silent, () => {}, clock);
  const live = new LiveObjects(watches, cluster.client(), healthView, () => {});
  const tenants: string[] = [];
  const client = {
    as: ({ namespace, serviceAccount }: Looker) => {
      tenants.push(`${namespace}/${serviceAccount}`);
      return { podLog: async () => (log instanceof Error ? Promise.reject(log) : log) };
    },
  } as unknown as KubeClient;
  const looker: Looker = {
    namespace: 'shop',
    serviceAccount: 'runner',
    used: new Set<string>(),
    key: { kind: 'Service', namespace: 'shop', name: 'api' },
  };
  const blamed: string[] = [];
  const of = async (what = ref) => {
    const answer = new ObjectHealth(live, client).of(looker, what, (namespace) => blamed.push(namespace), signal);
    await clock.advance(200);
    return answer;
  };
  return { cluster, tenants, blamed, of };
}

describe('E19 the health of an object', () => {
  it('that is well looks at no pod', async () => {
    const { cluster, blamed, of } = setUp();
    cluster.put(deployment({ ...healthy, conditions }));
    expect(await of()).toEqual({ ref, health: 'Current' });
    expect(blamed).toEqual([]);
    expect(cluster.asked).toEqual(['list Deployment shop', 'watch Deployment shop']);
  });

  it('that is not names pod, container, reason and the last line of its log, read as the tenant', async () => {
    const { cluster, tenants, blamed, of } = setUp('\u001b[31mcannot open config.json\u001b[0m\n');
    cluster.put(deployment({ ...healthy, readyReplicas: 0, availableReplicas: 0 }));
    cluster.put(crashing);
    expect(await of()).toMatchObject({
      health: 'InProgress',
      message: 'pod api-1, container main: CrashLoopBackOff, exit code 1; last log line: cannot open config.json',
    });
    expect([blamed, tenants]).toEqual([['shop'], ['shop/runner']]);
  });

  it('is told without the log where that cannot be read', async () => {
    const { cluster, of } = setUp(new Error('forbidden'));
    cluster.put(deployment({ ...healthy, readyReplicas: 0, availableReplicas: 0 }));
    cluster.put(crashing);
    expect((await of()).message).toMatch(/exit code 1$/);
  });

  it('that does not exist is NotFound', async () => {
    expect(await setUp().of()).toMatchObject({ health: 'NotFound', message: 'Deployment api does not exist' });
  });

  it('whose kind is gone is NotFound, too', async () => {
    expect(await setUp().of({ ...ref, kind: 'Unknown' })).toMatchObject({ health: 'NotFound' });
  });

  it('that may not be read is Unknown, and says what to grant', async () => {
    const { cluster, of } = setUp();
    cluster.refuse(403);
    expect(await of()).toMatchObject({ health: 'Unknown', message: expect.stringContaining('grant it get, list') });
  });
});
