import { afterAll, beforeAll, describe, expect } from 'vitest';
import { installController, uninstallController } from './controller.ts';
import { completed, eventually, flow, revisions } from './flow.ts';
import { kubectl } from './lane.ts';

describe('the shop example with real pods, delivered by a controller in a pod', () => {
  beforeAll(() => installController(), 180_000);
  afterAll(uninstallController, 60_000);

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

  flow(
    'E9 E30 infrastructure is destroyed after what depends on it, and takes its keys along; nobody else gets them before',
    'flow-infrastructure',
    async (shop) => {
      const told = async (name: string, words: RegExp) =>
        eventually(async () => {
          const status = await shop.kubectl('get', 'tf', name, '-o', 'jsonpath={.status.state} {.status.message}');
          expect(status).toMatch(words);
        });
      const keys = async () => {
        const secret = ['get', 'secret', `${shop.namespace}-cluster`, '-n', 'alustan'];
        const found = await kubectl(...secret, '-o', 'jsonpath={.metadata.annotations} {.data}');
        return [...new Set(found.match(/\bDB_\w+/g))].sort();
      };
      const published = ['DB_HOST', 'DB_NAME', 'DB_PASSWORD', 'DB_USER'];
      expect(await keys()).toEqual(published);
      shop.copy('services/staging-cluster.yaml', 'staging-cluster', 'rival');
      await shop.push('one that publishes the same');
      await told('rival', /^Error .*published by Terraform flow-infrastructure\/staging-cluster/);
      for (const name of ['rival', 'api-service', 'staging-cluster']) shop.remove(`services/${name}.yaml`);
      await shop.push('the database goes');
      await eventually(async () => expect(await shop.kubectl('get', 'tf', '-o', 'name')).not.toContain('rival'));
      await told('staging-cluster', /^Blocked Terraform has dependents, cannot delete: Service api-service/);
      expect(await keys()).toEqual(published);
      shop.remove('services/web-service.yaml');
      await shop.push('the last that needs it goes');
      await eventually(async () => expect(await shop.kubectl('get', 'tf,asvc', '-o', 'name')).toBe(''));
      expect(await keys()).toEqual([]);
      expect(await shop.kubectl('get', 'secrets,leases', '-l', 'tfstate=true', '-o', 'name')).toBe('');
    },
  );

  flow('a namespace full of Services is deleted within a minute', 'flow-namespace', async (shop) => {
    const copies = Array.from({ length: 8 }, (_, index) => `copy-${index + 1}`);
    for (const copy of copies) shop.copy('services/api-service.yaml', 'api-service', copy);
    await shop.push('eight more');
    for (const copy of copies) await completed(shop, copy, 1);
    await shop.kubectl('delete', 'namespace', shop.namespace, '--wait', '--timeout=60s');
  });
});
