import { describe, expect, it } from 'vitest';
import { dig, mapOf, mapsOf, textOf } from '../object.ts';
import type { Context } from './context.ts';

const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** What clients read before anything else: groups, resources, schemas, version, health. */
export function discoveryContract(context: Context): void {
  describe('discovery', () => {
    it.each(['/healthz', '/livez', '/readyz'])('%s', async (path) => {
      const { status, text } = await context.client.get(path);
      expect([status, text]).toEqual([200, 'ok']);
    });

    it('tells the version that it speaks', async () => {
      const { body } = await context.client.get('/version');
      expect([body['major'], body['minor']]).toEqual(['1', '34']);
    });

    it('lists groups and resources one by one and at once', async () => {
      const groups = mapsOf((await context.client.get('/apis')).body['groups']).map((one) => one['name']);
      expect(groups).toEqual(
        expect.arrayContaining(['apps', 'batch', 'rbac.authorization.k8s.io', 'apiextensions.k8s.io']),
      );
      const resources = mapsOf((await context.client.get('/apis/apps/v1')).body['resources']);
      const single = resources.find((one) => one['name'] === 'deployments');
      expect(single).toMatchObject({
        singularName: 'deployment',
        namespaced: true,
        kind: 'Deployment',
        shortNames: ['deploy'],
      });
      const all = await context.client.get('/apis', { accept: aggregated });
      expect(all.body['kind']).toBe('APIGroupDiscoveryList');
      const apps = mapsOf(all.body['items']).find((one) => dig(one, 'metadata', 'name') === 'apps');
      const found = mapsOf(mapsOf(apps?.['versions'])[0]?.['resources']).find(
        (one) => one['resource'] === 'deployments',
      );
      expect(found).toMatchObject({
        scope: 'Namespaced',
        responseKind: { kind: 'Deployment' },
        singularResource: 'deployment',
      });
    });

    it('serves OpenAPI v2, which kubectl asks for before it sends a list', async () => {
      const { status, body } = await context.client.get('/openapi/v2');
      expect([status, body['swagger'], dig(body, 'info', 'title')]).toEqual([200, '2.0', 'Kubernetes']);
    });

    it('serves OpenAPI v3, in which PATCH declares fieldValidation', async () => {
      const index = await context.client.get('/openapi/v3');
      const url = textOf(dig(index.body, 'paths', 'apis/apps/v1', 'serverRelativeURL'));
      expect(url).toMatch(/^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]+$/);
      const { body } = await context.client.get(url);
      const patch = dig(body, 'paths', '/apis/apps/v1/namespaces/{namespace}/deployments/{name}', 'patch');
      const parameters = mapsOf(mapOf(patch)['parameters']).map((one) => one['name']);
      expect(parameters).toContain('fieldValidation');
    });
  });
}
