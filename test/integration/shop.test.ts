import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/core/resource.ts';
import { tagImage } from '../../src/local/registry/client/tag-image.ts';
import { Shop } from '../support/shop.ts';
import { withTerraform } from '../support/terraform.ts';

/** What the tests read of a Service's status. */
function statusOf(object: KubeObject | undefined): { job?: { startedAt: string } } {
  return object?.['status'] ?? {};
}

describe('the shop example on local mode', { timeout: 120_000 }, () => {
  let shop: Shop;
  const image = async (deployment: string) => {
    const reference = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: deployment };
    return JSON.stringify((await shop.client.get(reference))['spec']).match(/"image":"([^"]+)"/)?.[1];
  };

  beforeAll(async () => {
    shop = await Shop.start({ env: withTerraform(process.env) });
  }, 120_000);
  afterAll(() => shop.stop(), 60_000);

  it('E8 E29 api-service waits for the infrastructure, and gets what came out of it', async () => {
    const blocked = await shop.state('api-service', 'Progressing', /Waiting for dependencies: staging-cluster/);
    expect(JSON.stringify(blocked?.['status'])).not.toContain('UnresolvedVariables');
    await shop.state('api-service', 'Completed');
    const reference = { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'api-service-config' };
    const { DB_URL = '' } = (await shop.client.get(reference))['data'] as Record<string, string>;
    const url = Buffer.from(DB_URL, 'base64').toString();
    expect(url).toMatch(/^postgresql:\/\/shop:[0-9a-f]{24}@shop\.staging\.internal:5432\/shop$/);
    const terraform = {
      apiVersion: 'alustan.io/v1alpha1',
      kind: 'Terraform',
      namespace: 'shop',
      name: 'staging-cluster',
    };
    const password = new URL(url).password;
    expect(JSON.stringify(await shop.client.get(terraform))).not.toContain(password);
  });

  it('E8 E20 delivers both, web-service after api-service was healthy', async () => {
    const [api, web] = await Promise.all([
      shop.state('api-service', 'Completed'),
      shop.state('web-service', 'Completed'),
    ]);
    const start = (object: typeof api) => statusOf(object).job?.startedAt ?? '';
    expect(start(web) > start(api)).toBe(true);
    expect(await shop.revisions('api-service')).toEqual(['1 deployed']);
  });

  it('E11 rolls out a newer tag, without a change of the Service', async () => {
    await tagImage({ registryUrl: shop.local.endpoints.http, repository: 'shop/api', to: '0.3.0' });
    await shop.state('api-service', 'Completed', /shop\/api:0\.3\.0/);
    expect(await image('api-service')).toBe('localhost:7070/shop/api:0.3.0');
    expect(await shop.revisions('web-service')).toEqual(['1 deployed']);
  });

  it('E20 delivers A → B → A three times, and no other Service with it', async () => {
    const before = (await shop.revisions('api-service')).length;
    await shop.replace('services/api-service.yaml', 'replicas: 1', 'replicas: 2');
    await shop.state('api-service', 'Completed', new RegExp(`revision ${before + 1} is healthy`));
    await shop.replace('services/api-service.yaml', 'replicas: 2', 'replicas: 1');
    await shop.state('api-service', 'Completed', new RegExp(`revision ${before + 2} is healthy`));
    expect(await shop.revisions('web-service')).toEqual(['1 deployed']);
  });

  it('E9 holds the deletion of api-service while web-service needs it, then finishes unaided (F3)', async () => {
    const uid = async () => {
      const reference = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'api-service' };
      return (await shop.client.get(reference)).metadata.uid;
    };
    const before = await uid();
    await shop.push('shop', (folder) => rm(join(folder, 'services/api-service.yaml')));
    await shop.state('api-service', 'Blocked', /web-service/);
    expect(await uid()).toBe(before);
    await shop.push('shop', (folder) => rm(join(folder, 'services/web-service.yaml')));
    await Promise.all([shop.gone('Service', 'api-service'), shop.gone('Service', 'web-service')]);
    expect(await shop.revisions('api-service')).toEqual([]);
    await shop.gone('Deployment', 'web-service', 'apps/v1');
  });

  it('E30 the infrastructure is destroyed when it leaves git, and takes its keys along', async () => {
    await shop.push('shop', (folder) => rm(join(folder, 'services/staging-cluster.yaml')));
    await shop.gone('Terraform', 'staging-cluster');
    const reference = { apiVersion: 'v1', kind: 'Secret', namespace: 'alustan', name: 'staging-cluster' };
    const secret = await shop.client.get(reference);
    expect(JSON.stringify([secret.metadata.annotations, secret['data']])).not.toMatch(/DB_/);
    const states = { namespace: 'shop', labelSelector: 'tfstate=true' };
    expect((await shop.client.list({ apiVersion: 'v1', kind: 'Secret' }, states)).items).toEqual([]);
  });
});
