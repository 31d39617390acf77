import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '../../src/core/resource.ts';
import { applyManifests } from '../../src/local/mode/manifests.ts';
import { pushImage } from '../../src/local/registry/image/push-image.ts';
import { type GitHubStage, token } from '../../test/support/github.ts';
import { namespaceOf } from '../rights/objects.ts';
import { root, type Stage } from '../rights/stage.ts';
import { pushFiles, Tenant } from '../rights/tenant.ts';

const example = join(root, 'examples', 'shop');
const chart = join(example, 'repository', 'charts', 'app');
const secretName = 'alustan-github-token';

const objects: readonly KubeObject[] = [
  namespaceOf('shop'),
  // Somebody's own, of the name that a preview would get.
  {
    ...namespaceOf('preview-taken-2'),
    metadata: { name: 'preview-taken-2', labels: { 'alustan.io/preview': 'true' } },
  },
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: secretName, namespace: 'alustan' },
    stringData: { token },
  },
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 'staging-cluster',
      namespace: 'alustan',
      labels: { 'alustan.io/secret-type': 'cluster', environment: 'staging' },
    },
  },
];

/** Puts an image of the shop's web application into the registry, as its CI would. */
export async function buildImage({ registry }: Stage, tag: string): Promise<void> {
  const source = join(example, 'images', 'web');
  await pushImage({ registryUrl: registry.url, reference: `shop/web:${tag}`, source });
}

/** Delivers the chart of the shop example as a Service that wants previews of shop/web, one at a time. */
export async function settle(stage: Stage, { apiUrl }: GitHubStage): Promise<Tenant> {
  await applyManifests(stage.connection.client, objects);
  await buildImage(stage, '1.1.0');
  const files = readdirSync(chart, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name));
  const texts = paths.map((path) => [`app/${path.slice(chart.length + 1)}`, readFileSync(path, 'utf8')]);
  const tenant = new Tenant(stage.connection.client, 'shop', await pushFiles(stage, 'web', Object.fromEntries(texts)));
  await stage.startController({ previews: { apiUrl, secretName } });
  const hosts = ['shop.example.org'];
  const image = { repository: 'localhost:7070/shop/web:1.1.0' };
  const spec = {
    containerRegistry: { provider: 'docker', imageName: 'localhost:7070/shop/web', semanticVersion: '>=1.1.0' },
    previewEnvironment: {
      enabled: true,
      gitOwner: 'shop',
      gitRepo: 'web',
      intervalSeconds: 1,
      maxPreviews: 1,
      image: { required: true },
      values: { replicas: 2, config: { BANNER: 'pull request ${preview.number}' } },
    },
  };
  const ingress = { enabled: true, hosts: hosts.map((host) => ({ host })), tls: [{ hosts }] };
  await tenant.service('web', 'app', spec, { values: { service: 'web', image, ingress } });
  return tenant;
}
