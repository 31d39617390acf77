import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exec } from '../cluster/exec.ts';
import { cleanOrphans } from '../cluster/janitor.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { leftOf } from './left.ts';

type Place = Pick<Cluster, 'dir' | 'kubeconfigPath' | 'busyboxImage'> & Readonly<{ link: string }>;

const kubectl = (place: Pick<Place, 'kubeconfigPath'>, ...args: string[]) =>
  exec('kubectl', ['--kubeconfig', place.kubeconfigPath, ...args]);

/** What a cluster that runs is seen by. */
const traces = ['folder', 'process', 'process in a control group', 'mount', 'control group', 'interface'];

/** Starts a pod that asks the API server's Service by TLS, and gives what it says once it runs. */
async function runPod(place: Pick<Place, 'kubeconfigPath' | 'busyboxImage'>): Promise<string> {
  const script = 'nc -w 5 $KUBERNETES_SERVICE_HOST 443 </dev/null && echo "the API server answers"; sleep 3600';
  await kubectl(place, 'run', 'probe', `--image=${place.busyboxImage}`, '--command', '--', 'sh', '-c', script);
  await kubectl(place, 'wait', 'pod/probe', '--for=condition=Ready', '--timeout=60s');
  return kubectl(place, 'logs', 'probe');
}

describe('a cluster with a real node', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster();
  }, 300_000);

  afterAll(() => cluster?.stop(), 60_000);

  it('has a Ready node of the pinned version', async () => {
    const path = '{.items[*].status.nodeInfo.kubeletVersion} {.items[*].status.conditions[?(@.type=="Ready")].status}';
    expect(await kubectl(cluster, 'get', 'nodes', '-o', `jsonpath=${path}`)).toBe('v1.34.4 True');
  });

  it('runs a pod that reaches the API server; logs and exec work', async () => {
    expect(await runPod(cluster)).toBe('the API server answers\n');
    expect(await kubectl(cluster, 'exec', 'probe', '--', 'id', '-u')).toBe('0\n');
  });

  it('takes an image of any registry from its own', async () => {
    const image = cluster.busyboxImage.replace(cluster.registryHost, 'docker.io');
    await kubectl(cluster, 'run', 'mirrored', `--image=${image}`, '--command', '--', 'sleep', '3600');
    await kubectl(cluster, 'wait', 'pod/mirrored', '--for=condition=Ready', '--timeout=60s');
  });

  it.each<NodeJS.Signals>(['SIGINT', 'SIGKILL'])(
    'a second one beside it that ends by %s leaves nothing, and does not disturb it',
    async (signal) => {
      const { child, place } = await startAnother();
      try {
        expect(await runPod(place)).toBe('the API server answers\n');
        const kinds = (await leftOf(place.dir, place.link, cluster.rootfs)).map((line) => line.split(':')[0]);
        expect(kinds).toEqual(expect.arrayContaining(traces));
      } finally {
        child.kill(signal);
        await once(child, 'exit');
      }
      // Nobody can clean up after SIGKILL but the next run.
      await cleanOrphans();
      expect(await leftOf(place.dir, place.link, cluster.rootfs)).toEqual([]);
      expect(await kubectl(cluster, 'exec', 'probe', '--', 'echo', 'undisturbed')).toBe('undisturbed\n');
    },
  );

  it('leaves nothing when it stops', async () => {
    await cluster.stop();
    expect(await leftOf(cluster.dir, cluster.network.link, cluster.rootfs)).toEqual([]);
  });
});

async function startAnother(): Promise<{ child: ChildProcess; place: Place }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'cluster.fixture.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout as NonNullable<typeof child.stdout>, 'data')) as [Buffer];
  return { child, place: JSON.parse(line.toString()) as Place };
}
