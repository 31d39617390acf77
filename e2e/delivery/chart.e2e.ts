import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controllerNamespace, installController, uninstallController } from './controller.ts';
import { explainFailure } from './explain.ts';
import { completed, revisions } from './flow.ts';
import { helm, kubectl } from './lane.ts';
import { openShop, type Shop } from './shop.ts';

/** One story: what the chart does to a cluster where something is delivered. */
describe('install, upgrade and uninstall of the chart', () => {
  let shop: Shop;

  beforeAll(async () => {
    await installController();
    shop = await openShop('flow-chart');
  }, 180_000);
  afterAll(() => shop?.close(), 60_000);

  /** What says that something was rolled out: identity and generation of both Deployments. */
  const workload = () =>
    shop.kubectl('get', 'deployments', '-o', 'jsonpath={.items[*].metadata.uid} {.items[*].metadata.generation}');
  const lastJob = async (service: string) => (await shop.status(service)).job?.name;

  it('installed with the documented values it delivers, and is ready', { timeout: 200_000 }, async (context) => {
    explainFailure(context, shop.namespace);
    await completed(shop, 'api-service', 1);
    await completed(shop, 'web-service', 1);
    const available = await kubectl(
      ...['get', 'deployment', 'alustan-controller', '-n', controllerNamespace],
      ...['-o', 'jsonpath={.status.availableReplicas}'],
    );
    expect(available).toBe('1');
  });

  it('a wrong value is refused, by its name', async () => {
    await expect(installController({ replicas: 'two' })).rejects.toThrow(/replicas/);
  });

  it('upgraded, it brings definitions up to date and delivers nothing anew', { timeout: 200_000 }, async (context) => {
    explainFailure(context, shop.namespace);
    const before = [await workload(), await lastJob('api-service')];
    const definition = ['crd', 'services.alustan.io'];
    await kubectl('patch', ...definition, '--type=json', '-p', '[{"op":"remove","path":"/spec/names/shortNames"}]');
    await installController({ podAnnotations: { 'e2e.alustan.io/changed': 'again' } });
    expect(await kubectl('get', ...definition, '-o', 'jsonpath={.spec.names.shortNames[0]}')).toBe('asvc');
    await completed(shop, 'api-service', 1);
    expect([await workload(), await lastJob('api-service')]).toEqual(before);
  });

  it('uninstalled, what it delivered runs on, and no finalizer is left', { timeout: 200_000 }, async (context) => {
    explainFailure(context, shop.namespace);
    const before = await workload();
    await uninstallController();
    expect(await workload()).toBe(before);
    const finalizers = ['-o', 'jsonpath={.items[*].metadata.finalizers}'];
    expect(await shop.kubectl('get', 'asvc,repositories.alustan.io', ...finalizers)).toBe('');
  });

  it('installed again, it takes over what runs without a new Job', { timeout: 200_000 }, async (context) => {
    explainFailure(context, shop.namespace);
    const jobBefore = await lastJob('api-service');
    await installController();
    shop.edit('services/web-service.yaml', 'API_URL: http://api-service', 'API_URL: http://api-service:8080');
    await shop.push('after the new start');
    await completed(shop, 'web-service', 2);
    await completed(shop, 'api-service', 1);
    expect([await revisions(shop), await lastJob('api-service')]).toEqual([[1, 2], jobBefore]);
  });

  it('a namespace full of Services goes without a controller, too', { timeout: 200_000 }, async (context) => {
    explainFailure(context, shop.namespace);
    await uninstallController();
    await kubectl('delete', 'namespace', shop.namespace, '--wait', '--timeout=60s');
    expect(await helm('list', '-n', controllerNamespace, '-q')).toBe('');
  });
});
