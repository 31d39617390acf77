import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { TerraformStatus } from '../../src/api/terraform-status.ts';
import type { KubeObject } from '../../src/core/resource.ts';
import { applyManifests } from '../../src/local/mode/manifests.ts';
import { pushImage } from '../../src/local/registry/image/push-image.ts';
import { freePort } from '../support/local-process.ts';
import { root, Shop } from '../support/shop.ts';
import { withTerraform } from '../support/terraform.ts';
import { pushInfrastructure } from '../support/terraform-jobs.ts';
import { userGit } from '../support/user-git.ts';

const staging: KubeObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name: 'staging-cluster',
    namespace: 'alustan',
    labels: { 'alustan.io/secret-type': 'cluster', environment: 'staging' },
    annotations: { CLUSTER_NAME: 'staging', DB_NAME: 'shop', DB_USER: 'shop' },
  },
  stringData: { DB_PASSWORD: 'p:a#s$${x}\n"' },
};

let shop: Shop;
let work: string;
let http: string;

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'alustan-documents-'));
  const httpPort = await freePort();
  http = `http://127.0.0.1:${httpPort}`;
  shop = await Shop.start({
    example: 'none',
    httpPort,
    env: withTerraform(process.env),
    gitRewrites: [{ from: 'https://github.com/alustan/', to: `${http}/git/alustan/` }],
    registryMirrors: [{ from: 'docker.io', to: http }],
  });
  // A push to a repository that does not exist makes it.
  await cp(join(root, 'examples/shop/repository/charts/app'), join(work, 'application-helm'), { recursive: true });
  for (const args of [
    ['init', '-q', '-b', 'main'],
    ['add', '-A'],
    ['commit', '-qm', 'chart'],
  ])
    await userGit(work, ...args);
  await userGit(work, 'push', '-q', `${http}/git/alustan/cluster-manifests.git`, 'main');
  for (const reference of ['alustan/backend:0.2.0', 'alustan/backend:0.3.1', 'alustan/web:1.1.0'])
    await pushImage({ registryUrl: http, reference, source: join(work, 'application-helm') });
  for (const tag of ['1.0.0', '1.1.0']) await pushInfrastructure(http, `alustan/infrastructure:${tag}`);
}, 120_000);

afterAll(async () => {
  await shop.stop();
  await rm(work, { recursive: true, force: true });
}, 60_000);

async function documents(kind: string): Promise<KubeObject[]> {
  const text = await readFile(join(import.meta.dirname, 'documents.yaml'), 'utf8');
  const objects = parseAllDocuments(text).map((document) => document.toJS() as KubeObject);
  return objects.filter((object) => object.kind === kind);
}

const completed = (object: KubeObject | undefined) => (object?.['status'] as { state?: string })?.state === 'Completed';

it('the Services of the documents run literally: git rewritten, docker.io mirrored', { timeout: 120_000 }, async () => {
  await applyManifests(shop.client, [staging, ...(await documents('Service'))]);
  await shop.until('Service', 'api-service', completed, undefined, 'default');
  await shop.until('Service', 'web-service', completed, undefined, 'default');
  const of = (name: string) => ({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name });
  const image = async (name: string) => /"image":"([^"]+)"/.exec(JSON.stringify(await shop.client.get(of(name))))?.[1];
  expect(await image('backend-application')).toBe('alustan/backend:0.3.1');
  expect(await image('web-application')).toBe('alustan/web:1.1.0');
  const config = { apiVersion: 'v1', kind: 'Secret', namespace: 'default', name: 'backend-application-config' };
  const { DB_URL } = (await shop.client.get(config))['data'] as Record<string, string>;
  const url = 'postgresql://shop:p:a#s$${x}\n"@postgres:5432/shop';
  expect(Buffer.from(DB_URL ?? '', 'base64').toString()).toBe(url);
});

it('E25–E30 so does the Terraform, with a real Terraform; and leaves nothing', { timeout: 120_000 }, async () => {
  await applyManifests(shop.client, await documents('Terraform'));
  const reference = { apiVersion: 'alustan.io/v1alpha1', kind: 'Terraform', namespace: 'default', name: 'staging' };
  const done = await shop.until('Terraform', 'staging', completed, undefined, 'default');
  const { lastAppliedImage, postDeployOutput } = (done?.['status'] ?? {}) as TerraformStatus;
  expect(lastAppliedImage).toBe('alustan/infrastructure:1.0.0');
  expect(postDeployOutput).toMatchObject({ externalresources: [{ Resource: { Endpoint: 'app.staging.internal' } }] });
  const options = { namespace: 'default', labelSelector: 'tfstate=true' };
  const states = async () => (await shop.client.list({ apiVersion: 'v1', kind: 'Secret' }, options)).items;
  expect((await states()).map(({ metadata }) => metadata.name)).toEqual(['tfstate-staging-staging']);
  await shop.client.delete(reference);
  await shop.until('Terraform', 'staging', (object) => object === undefined, undefined, 'default');
  expect(await states()).toEqual([]);
});
