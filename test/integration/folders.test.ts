import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/core/resource.ts';
import { digestOf, RegistryClient } from '../../src/local/registry/client/client.ts';
import { helmVersion } from '../../src/local/tools/helm.ts';
import { packArchive } from '../../src/source/chart/archive.ts';
import { findTool } from '../support/find-tool.ts';
import { root, Shop } from '../support/shop.ts';
import { commit, userGit, workTree } from '../support/user-git.ts';

const run = promisify(execFile);
const chart = join(root, 'examples/shop/repository/charts/app');

const manifest = (name: string, word: string) =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { word } });

function revisionOf(service: KubeObject | undefined): string | undefined {
  return (service?.['status'] as { revision?: string } | undefined)?.revision;
}

describe('charts and manifests from registries and tags', { timeout: 120_000 }, () => {
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
      apiVersion: 'alustan.io/v1alpha1',
      kind: 'Service',
      metadata: { name: 'from-registry', namespace: 'shop' },
      spec: { workspace: 'staging', source },
    });
  };
  const repository = (name: string, spec: Readonly<Record<string, unknown>>): Promise<KubeObject> =>
    shop.client.create({
      apiVersion: 'alustan.io/v1alpha1',
      kind: 'Repository',
      metadata: { name, namespace: 'shop' },
      spec,
    });
  const applied = (name: string, revision: string): Promise<KubeObject | undefined> =>
    shop.until('Repository', name, (object) => {
      const { state } = (object?.['status'] ?? {}) as { state?: string };
      return state === 'Completed' && revision.startsWith(revisionOf(object) ?? 'none');
    });
  const word = async (name: string): Promise<string | undefined> => {
    const map = await shop.client.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name });
    return (map['data'] as { word?: string }).word;
  };

  beforeAll(async () => {
    shop = await Shop.start({ example: 'none' });
    url = `oci://${new URL(shop.local.endpoints.http).host}/charts/app`;
    const labels = { 'alustan.io/secret-type': 'cluster', environment: 'staging' };
    await shop.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    await shop.client.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'staging', namespace: 'alustan', labels },
    });
  }, 120_000);
  afterAll(() => shop.stop(), 60_000);

  it('E20 a chart is delivered once it is there, and again when a newer version within the range is pushed', async () => {
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

  it('the manifests of an OCI artifact are applied, and applied anew when its tag has moved', async () => {
    const registry = new RegistryClient(shop.local.endpoints.http);
    const push = async (word: string): Promise<string> => {
      const bytes = Buffer.from('{}');
      const config = { mediaType: 'application/vnd.cncf.flux.config.v1+json', digest: digestOf(bytes), size: 2 };
      const archive = Buffer.from(
        await packArchive([{ path: 'apps/a.json', bytes: Buffer.from(manifest('from-artifact', word)) }]),
      );
      const mediaType = 'application/vnd.cncf.flux.content.v1.tar+gzip';
      const layer = { mediaType, digest: digestOf(archive), size: archive.byteLength };
      await registry.putBlob('manifests', { ...config, bytes });
      await registry.putBlob('manifests', { ...layer, bytes: archive });
      const type = 'application/vnd.oci.image.manifest.v1+json';
      const text = JSON.stringify({ schemaVersion: 2, mediaType: type, config, layers: [layer] });
      await registry.putManifest('manifests', 'staging', { mediaType: type, bytes: Buffer.from(text) });
      return digestOf(Buffer.from(text));
    };
    const first = await push('one');
    const spec = { url: url.replace('charts/app', 'manifests'), ref: { tag: 'staging' }, path: 'apps' };
    await repository('artifact', spec);
    expect(revisionOf(await applied('artifact', first))).toMatch(/^sha256:[0-9a-f]{12}$/);
    const second = await push('two');
    await applied('artifact', second);
    expect(await word('from-artifact')).toBe('two');
  });

  it('a Repository follows the highest tag that satisfies its constraint', async () => {
    const [work, remote] = [await workTree(), `${shop.local.endpoints.http}/git/tagged.git`];
    const tag = async (version: string): Promise<string> => {
      const id = await commit(work, manifest('from-tag', version), 'a.json');
      await userGit(work, 'tag', version);
      await userGit(work, 'push', '--quiet', remote, version);
      return id;
    };
    await userGit(work, 'rm', '--quiet', 'file');
    const first = await tag('v1.0.0');
    await repository('tagged', { url: remote, ref: { semver: '^1' } });
    await applied('tagged', first);
    await tag('v2.0.0');
    await applied('tagged', await tag('v1.1.0'));
    expect(await word('from-tag')).toBe('v1.1.0');
  });
});
