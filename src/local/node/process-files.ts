import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isNotFound } from '../../kube/client.ts';
import type { Container, Pod } from '../cluster/types.ts';
import type { World } from '../cluster/world.ts';
import { decode, environmentOf } from './environment.ts';
import type { PathMap } from './rewrite.ts';
import { type Files, MountError, type VolumeSources, volumeFiles, writeFolder } from './volumes.ts';

const defaultTerminationPath = '/dev/termination-log';

/** Seconds for which the token of a runner is good: longer than any run. */
const tokenSeconds = 24 * 3600;

/** Where a pod's files lie: `<dataDir>/pods/<uid>`. */
export function folderOf(dataDir: string, uid: string): string {
  return join(dataDir, 'pods', uid);
}

export function terminationFile(folder: string, container: Container): string {
  return join(folder, 'termination', container.name);
}

/** Makes the pod's volumes, home and kubeconfig. Rejects with `MountError` in the kubelet's words. */
export async function preparePod(world: World, dataDir: string, pod: Pod): Promise<void> {
  const folder = folderOf(dataDir, pod.metadata.uid ?? '');
  for (const name of ['home', 'termination', 'volumes'])
    await mkdir(join(folder, name), { recursive: true, mode: 0o700 });
  const sources = sourcesOf(world, pod);
  for (const volume of pod.spec.volumes ?? []) {
    const claim = volume.persistentVolumeClaim?.claimName;
    if (claim !== undefined) {
      await mkdir(claimFolder(dataDir, pod, claim), { recursive: true, mode: 0o700 });
      continue;
    }
    const files = await volumeFiles(pod, volume, sources);
    await writeFolder(join(folder, 'volumes', volume.name), files ?? {});
  }
  await writeFile(join(folder, 'kubeconfig'), await kubeconfig(world, pod, sources), { mode: 0o600 });
}

function sourcesOf(world: World, pod: Pod): VolumeSources {
  const namespace = pod.metadata.namespace ?? '';
  return {
    data: (kind, name) => readData(world, namespace, kind, name),
    token: (audience, seconds) => requestToken(world, pod, audience, seconds),
  };
}

export async function readData(
  world: World,
  namespace: string,
  kind: 'Secret' | 'ConfigMap',
  name: string,
): Promise<Files | undefined> {
  const found = await world.client.find({ apiVersion: 'v1', kind, namespace, name });
  return found && decode(found);
}

async function requestToken(world: World, pod: Pod, audience: string | undefined, expirationSeconds: number) {
  const account = pod.spec.serviceAccountName ?? 'default';
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds, ...(audience === undefined ? {} : { audiences: [audience] }) },
  };
  const path = `/api/v1/namespaces/${pod.metadata.namespace}/serviceaccounts/${account}/token`;
  try {
    return ((await world.request('POST', path, body)) as { status: { token: string } }).status.token;
  } catch (error) {
    if (isNotFound(error)) throw new MountError(`failed to fetch token: serviceaccounts "${account}" not found`);
    throw error;
  }
}

/** A kubeconfig that acts as the pod's ServiceAccount. */
async function kubeconfig(world: World, pod: Pod, sources: VolumeSources): Promise<string> {
  const token = await sources.token(undefined, tokenSeconds);
  const { server, ca } = await world.address();
  const cluster = {
    server,
    ...(ca === undefined ? {} : { 'certificate-authority-data': Buffer.from(ca).toString('base64') }),
  };
  const context = { cluster: 'local', user: 'pod', namespace: pod.metadata.namespace };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'local', cluster }],
    users: [{ name: 'pod', user: { token } }],
    contexts: [{ name: 'pod', context }],
    'current-context': 'pod',
  });
}

/** Folder of a claim: what is in it outlives its pods. */
function claimFolder(dataDir: string, pod: Pod, claim: string): string {
  return join(dataDir, 'volumes', pod.metadata.namespace ?? '', claim);
}

/** Mount paths of a container and where they lie on the host. */
export function pathsOf(dataDir: string, pod: Pod, container: Container): PathMap {
  const folder = folderOf(dataDir, pod.metadata.uid ?? '');
  const claims = new Map(
    (pod.spec.volumes ?? []).map(({ name, persistentVolumeClaim: claim }) => [name, claim?.claimName]),
  );
  const mounts = (container.volumeMounts ?? []).map(({ name, mountPath, subPath }) => {
    const claim = claims.get(name);
    const root = claim === undefined ? join(folder, 'volumes', name) : claimFolder(dataDir, pod, claim);
    return [mountPath.replace(/(.)\/+$/, '$1'), subPath ? join(root, subPath) : root] as const;
  });
  return [...mounts, [container.terminationMessagePath ?? defaultTerminationPath, terminationFile(folder, container)]];
}

/** What the host gives every container, whatever is in it. */
export function hostEnvironment(dataDir: string, pod: Pod): Record<string, string> {
  const folder = folderOf(dataDir, pod.metadata.uid ?? '');
  const home = join(folder, 'home');
  const files = { HOME: home, TMPDIR: home, KUBECONFIG: join(folder, 'kubeconfig') };
  return { PATH: '/usr/local/bin:/usr/bin:/bin', HOSTNAME: pod.metadata.name, ...files };
}

/** What the pod says of a container's environment. Rejects with `ConfigError`. */
export async function ownEnvironment(world: World, pod: Pod, container: Container): Promise<Record<string, string>> {
  return await environmentOf(pod, container, async (kind, name) => {
    const data = await readData(world, pod.metadata.namespace ?? '', kind, name);
    return data && Object.fromEntries(Object.entries(data).map(([key, value]) => [key, value.toString('utf8')]));
  });
}

/** What the container left as its last words; 4 KiB at most, as the kubelet keeps. */
export async function terminationMessage(
  folder: string,
  container: Container,
  logFile: string,
  exitCode: number,
): Promise<string | undefined> {
  const said = await readFile(terminationFile(folder, container), 'utf8').catch(() => '');
  if (said !== '') return Buffer.from(said).subarray(0, 4096).toString('utf8');
  if (container.terminationMessagePolicy !== 'FallbackToLogsOnError' || exitCode === 0) return undefined;
  const log = await readFile(logFile, 'utf8').catch(() => '');
  return log.split('\n').slice(-80).join('\n').slice(-2048) || undefined;
}
