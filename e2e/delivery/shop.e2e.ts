import { afterAll, beforeAll, describe, expect, it, onTestFailed, vi } from 'vitest';
import type { ServiceStatus } from '../../src/api/service-status.ts';
import type { KubeObject } from '../../src/core/resource.ts';
import { exec } from '../cluster/exec.ts';
import { ensureHelm4, ensureTool } from '../cluster/tools.ts';
import { openShop, type Shop } from './shop.ts';
import { type Stage, startStage } from './stage.ts';

/** One story, told in order: each test goes on where the one before it ended. */
describe('the shop example on a real control plane', () => {
  let stage: Stage;
  let shop: Shop;

  beforeAll(async () => {
    stage = await startStage();
    shop = await openShop(stage);
    await stage.startController();
  }, 300_000);

  afterAll(async () => {
    shop?.close();
    await stage?.stop();
  }, 60_000);

  const kubectl = (...args: string[]) =>
    exec('kubectl', ['--kubeconfig', stage.plane.kubeconfigPath, '-n', 'shop', ...args]);

  async function statusOf(name: string): Promise<ServiceStatus> {
    const object = JSON.parse(await kubectl('get', 'asvc', name, '-o', 'json')) as KubeObject & {
      status?: ServiceStatus;
    };
    return object.status ?? {};
  }

  /** Helm's revision of a release, asked of Helm itself. */
  async function revisionOf(release: string): Promise<number> {
    const args = ['history', release, '-n', 'shop', '--kubeconfig', stage.plane.kubeconfigPath, '-o', 'json'];
    const history = JSON.parse(await exec(await ensureHelm4(), args)) as { revision: number; status: string }[];
    expect(history.map(({ status }) => status)).not.toContain(expect.stringMatching(/^pending-/));
    return Math.max(...history.map(({ revision }) => revision));
  }

  function eventually(check: () => Promise<void>): Promise<void> {
    return vi.waitFor(check, { timeout: 100_000, interval: 300 });
  }

  const completed = (name: string, revision: number) =>
    eventually(async () => {
      expect(await statusOf(name)).toMatchObject({ state: 'Completed', healthStatus: { revision } });
    });

  /** What a person would look at first. */
  function explainFailure(): void {
    onTestFailed(async () => {
      console.log(await kubectl('get', 'asvc,repositories,jobs,pods,deployments', '-o', 'wide').catch(String));
      console.log(await kubectl('get', 'asvc', '-o', 'yaml').catch(String));
      console.log(await kubectl('get', 'events', '--sort-by=.lastTimestamp').catch(String));
    });
  }

  it('both Services are delivered, web-service after api-service was Ready', async () => {
    explainFailure();
    await completed('api-service', 1);
    await completed('web-service', 1);
    const readySince = (await statusOf('api-service')).conditions?.find(({ type }) => type === 'Ready');
    const { job } = await statusOf('web-service');
    expect(Date.parse(job?.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(readySince?.lastTransitionTime ?? ''));
    expect(await kubectl('get', 'deployments', '-o', 'jsonpath={.items[*].status.readyReplicas}')).toBe('1 1');
  });

  it('a value changed in git makes one more revision of that Service alone; the old value back makes a third', async () => {
    explainFailure();
    shop.edit('services/api-service.yaml', 'replicas: 1', 'replicas: 2');
    await shop.push('two replicas');
    await completed('api-service', 2);
    shop.edit('services/api-service.yaml', 'replicas: 2', 'replicas: 1');
    await shop.push('one replica');
    await completed('api-service', 3);
    expect([await revisionOf('api-service'), await revisionOf('web-service')]).toEqual([3, 1]);
  });

  it('a newer image in the registry is rolled out', async () => {
    explainFailure();
    const image = (tag: string) => `${stage.registry.host}/shop/api:${tag}`;
    await exec(await ensureTool('crane'), ['copy', image('0.2.0'), image('0.3.0')]);
    await completed('api-service', 4);
    expect(await kubectl('get', 'asvc', 'api-service')).toContain('shop/api:0.3.0');
    const running = await kubectl('get', 'deployment', 'api-service', '-o', 'jsonpath={..image}');
    expect(running).toBe('localhost:7070/shop/api:0.3.0');
  });

  it('removed from git: Blocked while another needs it, and its workload untouched; gone when nothing does', async () => {
    explainFailure();
    const workload = () =>
      kubectl('get', 'deployment', 'api-service', '-o', 'jsonpath={.metadata.uid} {.metadata.generation}');
    const before = await workload();
    shop.remove('services/api-service.yaml');
    await shop.push('remove api-service');
    await eventually(async () => {
      const { state, message } = await statusOf('api-service');
      expect({ state, message }).toEqual({ state: 'Blocked', message: expect.stringContaining('web-service') });
    });
    expect(await workload()).toBe(before);
    shop.remove('services/web-service.yaml');
    await shop.push('remove web-service');
    await eventually(async () => expect(await kubectl('get', 'asvc,deployments', '-o', 'name')).toBe(''));
    expect(await kubectl('get', 'secrets', '-l', 'owner=helm', '-o', 'name')).toBe('');
  });

  it('committed again, both come back', async () => {
    explainFailure();
    shop.restore('services/api-service.yaml');
    shop.restore('services/web-service.yaml');
    await shop.push('both again');
    await completed('api-service', 1);
    await completed('web-service', 1);
  });

  it('the namespace can be deleted', async () => {
    explainFailure();
    await kubectl('delete', 'namespace', 'shop', '--wait=true', '--timeout=100s');
  });
});
