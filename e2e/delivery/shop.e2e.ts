import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { installController, uninstallController } from './controller.ts';
import { explainFailure } from './explain.ts';
import { openShop, type Shop } from './shop.ts';

function eventually(check: () => Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 100_000, interval: 300 });
}

const completed = (shop: Shop, service: string, revision: number) =>
  eventually(async () => {
    expect(await shop.status(service)).toMatchObject({ state: 'Completed', healthStatus: { revision } });
  });

async function revisions(shop: Shop): Promise<number[]> {
  const histories = [await shop.history('api-service'), await shop.history('web-service')];
  for (const { status } of histories.flat()) expect(status).not.toMatch(/^pending-/);
  return histories.map((history) => Math.max(...history.map(({ revision }) => revision)));
}

describe('the shop example with real pods, delivered by a controller in a pod', () => {
  beforeAll(() => installController(), 180_000);
  afterAll(uninstallController, 60_000);

  /** A flow: a shop in a namespace of its own, delivered. */
  function flow(title: string, name: string, story: (shop: Shop) => Promise<void>): void {
    it.concurrent(title, { timeout: 300_000 }, async (context) => {
      explainFailure(context, name);
      const shop = await openShop(name);
      await completed(shop, 'api-service', 1);
      await completed(shop, 'web-service', 1);
      await story(shop);
      await shop.close();
    });
  }

  flow('both Services run, web-service delivered after api-service was Ready', 'flow-deliver', async (shop) => {
    const readySince = (await shop.status('api-service')).conditions?.find(({ type }) => type === 'Ready');
    const { job } = await shop.status('web-service');
    expect(Date.parse(job?.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(readySince?.lastTransitionTime ?? ''));
    expect(await shop.kubectl('get', 'deployments', '-o', 'jsonpath={.items[*].status.readyReplicas}')).toBe('1 1');
    const page = await shop.kubectl('exec', 'deployment/api-service', '--', 'wget', '-qO-', 'http://127.0.0.1:8080');
    expect(page).toContain('shop api');
  });

  flow(
    'a value changed in git: one revision of that Service alone; the old value back: a third',
    'flow-values',
    async (shop) => {
      shop.edit('services/api-service.yaml', 'replicas: 1', 'replicas: 2');
      await shop.push('two replicas');
      await completed(shop, 'api-service', 2);
      shop.edit('services/api-service.yaml', 'replicas: 2', 'replicas: 1');
      await shop.push('one replica');
      await completed(shop, 'api-service', 3);
      expect(await revisions(shop)).toEqual([3, 1]);
    },
  );

  flow('a newer image in the registry is rolled out', 'flow-image', async (shop) => {
    await shop.tag('api', '0.2.0', '0.3.0');
    await completed(shop, 'api-service', 2);
    expect(await shop.kubectl('get', 'asvc', 'api-service')).toContain('flow-image/api:0.3.0');
    const running = await shop.kubectl('get', 'deployment', 'api-service', '-o', 'jsonpath={..image}');
    expect(running).toBe('localhost:7070/flow-image/api:0.3.0');
    expect(await revisions(shop)).toEqual([2, 1]);
  });

  flow(
    'removed from git: Blocked while another needs it; gone when nothing does; both come back',
    'flow-remove',
    async (shop) => {
      const workload = () =>
        shop.kubectl('get', 'deployment', 'api-service', '-o', 'jsonpath={.metadata.uid} {.metadata.generation}');
      const before = await workload();
      shop.remove('services/api-service.yaml');
      await shop.push('remove api-service');
      await eventually(async () => {
        const { state, message } = await shop.status('api-service');
        expect({ state, message }).toEqual({ state: 'Blocked', message: expect.stringContaining('web-service') });
      });
      expect(await workload()).toBe(before);
      shop.remove('services/web-service.yaml');
      await shop.push('remove web-service');
      await eventually(async () => expect(await shop.kubectl('get', 'asvc,deployments', '-o', 'name')).toBe(''));
      expect(await shop.kubectl('get', 'secrets', '-l', 'owner=helm', '-o', 'name')).toBe('');
      shop.restore('services/api-service.yaml');
      shop.restore('services/web-service.yaml');
      await shop.push('both again');
      await completed(shop, 'api-service', 1);
      await completed(shop, 'web-service', 1);
    },
  );
});
