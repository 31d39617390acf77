import { monitorEventLoopDelay } from 'node:perf_hooks';
import { CoreV1Api, KubeConfig, makeInformer } from '@kubernetes/client-node';
import { connect } from '../../src/kube/connect.ts';
import { Reflector } from '../../src/kube/reflector/reflector.ts';

/** Which copy of the cluster's ConfigMaps a process keeps; `none` shows what the machine does to any process. */
export type InformerKind = 'reflector' | 'client-node' | 'none';

/** What it costs, since the last reading; the heap after a full collection. */
export type InformerReading = Readonly<{
  size: number;
  heapBytes: number;
  stallP99Ms: number;
  stallMaxMs: number;
  cpuMs: number;
  rssMiB: number;
}>;

export type Question = 'start' | 'read' | 'versions';

type Copy = Readonly<{
  start(): Promise<unknown>;
  size(): number;
  /** Name → resource version. */
  versions(): Record<string, string>;
}>;

// A process of its own for each, so that heap and event loop are its alone: node --expose-gc informer-main.ts KIND KUBECONFIG NAMESPACE
const [kind = 'none', kubeconfigPath = '', namespace = ''] = process.argv.slice(2);
const resolutionMs = 1;
/** As the informer's documentation shows it, which leaves starting again after an error to the user. */
const restartMs = 1000;
const delay = monitorEventLoopDelay({ resolution: resolutionMs });
let cpu = process.cpuUsage();

async function reflector(): Promise<Copy> {
  const { client } = await connect({ kubeconfigPath, userAgent: 'bench' });
  const copy = new Reflector({ client, type: { apiVersion: 'v1', kind: 'ConfigMap' }, namespace });
  return {
    start: () => copy.start().synced,
    size: () => copy.size,
    versions: () => versionsOf(copy.list()),
  };
}

async function clientNode(): Promise<Copy> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigPath);
  const core = config.makeApiClient(CoreV1Api);
  const list = () => core.listNamespacedConfigMap({ namespace });
  const informer = makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, list);
  informer.on('error', () => setTimeout(() => void informer.start(), restartMs));
  return {
    start: () => informer.start(),
    size: () => informer.list().length,
    versions: () => versionsOf(informer.list()),
  };
}

function none(): Copy {
  return { start: async () => {}, size: () => 0, versions: () => ({}) };
}

function versionsOf(objects: readonly { metadata?: { name?: string; resourceVersion?: string } }[]) {
  return Object.fromEntries(objects.map(({ metadata }) => [metadata?.name ?? '', metadata?.resourceVersion ?? '']));
}

function read(size: number): InformerReading {
  const { user, system } = process.cpuUsage(cpu);
  const lateness = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - resolutionMs);
  const late = { stallP99Ms: lateness(delay.percentile(99)), stallMaxMs: lateness(delay.max) };
  for (let times = 0; times < 3; times += 1) globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  const reading = { size, heapBytes: heapUsed, ...late, cpuMs: (user + system) / 1000, rssMiB: rss / 1024 / 1024 };
  // What the collection took is not the copy's fault: the loop is watched anew in its next turn.
  setImmediate(() => {
    delay.reset();
    cpu = process.cpuUsage();
  });
  return reading;
}

const kinds = { reflector, 'client-node': clientNode, none } satisfies Record<InformerKind, () => unknown>;
const copy = await kinds[kind as InformerKind]();
delay.enable();
process.on('message', async (question: Question) => {
  if (question === 'start') await copy.start();
  process.send?.(question === 'versions' ? copy.versions() : read(copy.size()));
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
