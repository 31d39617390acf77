import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/core/resource.ts';
import { helmVersion } from '../../src/local/tools/helm.ts';
import { findTool } from '../support/find-tool.ts';
import { root, Shop } from '../support/shop.ts';

const run = promisify(execFile);
const chart = join(root, 'examples/shop/repository/charts/app');

function revisionOf(service: KubeObject | undefined): string | undefined {
  return (service?.['status'] as { revision?: string } | undefined)?.revision;
}

describe('a chart from a registry', { timeout: 120_000 }, () => {
  let shop: Shop;
  let url: string;

  /** As a user publishes a chart. */
  const publish = async (version: string): Promise<void> => {
    const helm = findTool(`helm-${helmVersion}`, 'helm');
    if (helm === undefined) throw new Error('helm was not found; run the tests through npm test, which provides it');
    await run(helm, ['package', chart, '--version', version, '--destination', shop.dataDir]);
    const archive = join(shop.dataDir, `app-${version}.tgz`);
    await run(helm, ['push', archive, url.slice(0, url.lastIndexOf('/')), '--plain-http']);
  };
  const create = (targetRevision: string): Promise<KubeObject> => {
    const values = { service: 'api', image: 'docker.io/library/nginx:1.27', replicas: 1 };
    const source = { repoURL: url, targetRevision, values };
    return shop.client.create({
      ...{ apiVersion: 'alustan.io/v1alpha1', kind: 'Service' },
      metadata: { name: 'from-registry', namespace: 'shop' },
      spec: { workspace: 'staging', source },
    });
  };

  beforeAll(async () => {
    shop = await Shop.start({ example: 'none' });
    url = `oci://${new URL(shop.local.endpoints.http).host}/charts/app`;
    const labels = { 'alustan.io/secret-type': 'cluster', environment: 'staging' };
    await shop.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    await shop.client.create({
      ...{ apiVersion: 'v1', kind: 'Secret' },
      metadata: { name: 'staging', namespace: 'alustan', labels },
    });
  }, 120_000);
  afterAll(() => shop.stop(), 30_000);

  it('E20 is delivered once it is there, and again when a newer version within the range is pushed', async () => {
    await create('^1.0.0');
    await shop.state('from-registry', 'Error', /charts\/app/);
    await publish('1.0.0');
    expect(revisionOf(await shop.state('from-registry', 'Completed'))).toBe('1.0.0');
    await publish('2.0.0');
    await publish('1.1.0');
    const after = await shop.state('from-registry', 'Completed', /revision 2 is healthy/);
    expect(revisionOf(after)).toBe('1.1.0');
    expect(await shop.revisions('from-registry')).toEqual(['1 superseded', '2 deployed']);
  });
});
