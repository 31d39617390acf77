/**
 * Writes src/local/api-server/schema/data/: OpenAPI v3 documents and aggregated discovery of the groups that local mode
 * serves, as a real kube-apiserver gives them. Run by hand against a bare kube-apiserver (no CRDs):
 *
 *   node scripts/dump-kubernetes-schemas.ts KUBECONFIG
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { KubeConfig } from '@kubernetes/client-node';

const OUT = path.join(import.meta.dirname, '../src/local/api-server/schema/data');
const DISCOVERY = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const GROUP_VERSIONS = [
  ...['v1', 'apps/v1', 'batch/v1', 'autoscaling/v1', 'autoscaling/v2', 'networking.k8s.io/v1', 'policy/v1'],
  ...['rbac.authorization.k8s.io/v1', 'apiextensions.k8s.io/v1', 'authentication.k8s.io/v1'],
  ...['authorization.k8s.io/v1', 'coordination.k8s.io/v1', 'events.k8s.io/v1', 'discovery.k8s.io/v1'],
  ...['storage.k8s.io/v1', 'scheduling.k8s.io/v1', 'node.k8s.io/v1', 'admissionregistration.k8s.io/v1'],
  ...['apiregistration.k8s.io/v1', 'certificates.k8s.io/v1'],
];

type Group = { metadata: { name?: string }; versions: { version: string }[] };

async function main(kubeconfig: string): Promise<void> {
  const kc = new KubeConfig();
  kc.loadFromFile(kubeconfig);
  const get = (target: string, accept: string) => fetchRaw(kc, target, accept);
  mkdirSync(OUT, { recursive: true });
  for (const file of readdirSync(OUT)) rmSync(path.join(OUT, file));
  const groups: Group[] = [];
  for (const target of ['/api', '/apis']) {
    const list = JSON.parse(await get(target, DISCOVERY)) as { items: Group[] };
    for (const group of list.items) {
      const served = group.versions.filter(({ version }) => GROUP_VERSIONS.includes(qualified(group, version)));
      if (served.length > 0) groups.push({ ...group, versions: served });
    }
  }
  const { gitVersion } = JSON.parse(await get('/version', 'application/json')) as { gitVersion: string };
  write('discovery', JSON.stringify({ gitVersion, groups }));
  for (const name of GROUP_VERSIONS) {
    const target = name === 'v1' ? 'api/v1' : `apis/${name}`;
    write(target.replaceAll('/', '__'), await get(`/openapi/v3/${target}`, 'application/json'));
  }
}

function qualified(group: Group, version: string): string {
  return group.metadata.name ? `${group.metadata.name}/${version}` : version;
}

async function fetchRaw(kc: KubeConfig, target: string, accept: string): Promise<string> {
  const { request } = await import('node:https');
  const server = kc.getCurrentCluster()?.server ?? '';
  const options = { headers: { accept } };
  await kc.applyToHTTPSOptions(options);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  request(`${server}${target}`, options, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      if (response.statusCode === 200) resolve(text);
      else reject(new Error(`GET ${target}: ${response.statusCode} ${text.slice(0, 200)}`));
    });
  })
    .on('error', reject)
    .end();
  return promise;
}

function write(name: string, text: string): void {
  const bytes = brotliCompressSync(text, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22 },
  });
  writeFileSync(path.join(OUT, `${name}.json.br`), bytes);
  console.log(`${name}: ${text.length} → ${bytes.length}`);
}

const [kubeconfig] = process.argv.slice(2);
if (!kubeconfig) throw new Error('usage: dump-kubernetes-schemas.ts KUBECONFIG');
await main(kubeconfig);
