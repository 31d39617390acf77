import { availableParallelism } from 'node:os';
import { kinds } from '../cluster/kinds.ts';
import { Loop } from '../cluster/loop.ts';
import { isFinished } from '../cluster/pods.ts';
import { nameOf } from '../cluster/shelf.ts';
import type { Pod } from '../cluster/types.ts';
import type { World } from '../cluster/world.ts';
import { Addresses } from './addresses.ts';
import type { ImagePresent } from './images.ts';
import { removeLogs } from './logs.ts';
import { ProcessPods } from './process-pods.ts';
import { nodeName, registerNode } from './register.ts';
import type { Runners } from './runners.ts';
import { Scheduler } from './scheduler.ts';
import { Turns } from './turns.ts';
import { PodWorker } from './worker.ts';

/**
 * Of a machine with this many processors. Each takes some 150 MiB, and more at once are done no sooner: on two busy processors
 * the shop stands after 10–16 s with four, 18–25 s with any number, and 30 s with two.
 */
const processLimit = Math.max(4, 2 * availableParallelism());

export type NodeOptions = Readonly<{
  world: World;
  /** The node keeps its processes and their files under `<dataDir>/pods`. */
  dataDir: string;
  /** Root of the pods' logs: `<namespace>/<pod>/<container>.log`. */
  podLogDir: string;
  runners: Runners;
  imagePresent: ImagePresent;
  /** Milliseconds that a pretended container takes to start; default 300. */
  startDelayMs?: number;
  /** Where a real API server asks for the logs of pods, on 127.0.0.1; the embedded one reads them itself. Default: nowhere. */
  kubeletPort?: number;
  /** Shown as the node's version. */
  version?: string;
  /** Pods that run as processes at once, of runners and of images each; default `processLimit`. */
  processesAtOnce?: number;
}>;

export type LocalNode = Readonly<{
  /** Looks at once for the images that pods wait for: the registry has got something new. */
  imagesChanged(): void;
  /** Ends all processes of pods, by force after `graceMs` (default 3000); resolves when none is left. */
  close(graceMs?: number): Promise<void>;
}>;

/** Starts the one node of local mode: takes up what an earlier run left, then runs the pods that the API holds. */
export async function startNode(options: NodeOptions): Promise<LocalNode> {
  const { world, dataDir, podLogDir, runners } = options;
  const shelf = world.shelf<Pod>(kinds.pod);
  const ring = (pod: Pod): void => loop.ring(nameOf(pod.metadata));
  const processes = new ProcessPods({ world, dataDir, podLogDir, runners, ring });
  const turns = new Turns({
    limit: options.processesAtOnce ?? processLimit,
    sortOf: (pod) => processes.sortOf(pod),
    pods: () => shelf.all(),
  });
  const worker = new PodWorker({
    world,
    processes,
    scheduler: new Scheduler(world, turns),
    podLogDir,
    imagePresent: options.imagePresent,
    addresses: new Addresses(),
    startDelayMs: options.startDelayMs ?? 300,
    pods: () => shelf.all(),
  });
  const loop = new Loop({
    name: 'node',
    log: world.log,
    parallel: 16,
    handle: async (key) => {
      const pod = shelf.latest(toName(key));
      return pod === undefined ? undefined : await worker.handle(pod, new Date());
    },
  });
  const shown = { version: options.version ?? 'v1.34.4', kubeletPort: options.kubeletPort ?? 0 };
  await registerNode(world, shown, new Date());
  await shelf.reflector.synced;
  await clearStrangers(processes, new Set(shelf.all().map(({ metadata }) => metadata.uid ?? '')));
  const unsubscribe = shelf.onChange((before, after) => {
    if (after !== undefined) ring(after as Pod);
    if (before !== undefined && leavesPlace(before as Pod, after as Pod)) turns.after(before as Pod).forEach(ring);
    if (before === undefined || before.metadata.uid === after?.metadata.uid) return;
    worker.forget(before.metadata.uid ?? '');
    turns.giveBack(before.metadata.uid ?? '');
    void processes.kill(before.metadata.uid ?? '').then(() => processes.forget(before.metadata.uid ?? ''));
    if (after === undefined) void removeLogs(podLogDir, before.metadata.namespace ?? '', before.metadata.name);
  });
  return {
    imagesChanged() {
      for (const pod of shelf.all()) if (pod.status?.phase === 'Pending') ring(pod);
    },
    async close(graceMs = 3000) {
      unsubscribe();
      await loop.close();
      const mine = shelf
        .all()
        .filter((pod) => pod.spec.nodeName === nodeName && !isFinished(pod) && processes.owns(pod));
      await stopAll(processes, mine, graceMs);
    },
  };
}

/** Whether the first of those that wait can be placed now. */
function leavesPlace(before: Pod, after: Pod | undefined): boolean {
  return (
    !isFinished(before) && (after === undefined || isFinished(after) || before.metadata.uid !== after.metadata.uid)
  );
}

function toName(key: string): { namespace: string; name: string } {
  const [namespace = '', name = ''] = key.split('/');
  return { namespace, name };
}

/** Ends what runs for pods that are no more, and removes their files. */
async function clearStrangers(processes: ProcessPods, pods: ReadonlySet<string>): Promise<void> {
  for (const uid of await processes.known()) {
    if (pods.has(uid)) continue;
    await processes.kill(uid);
    await processes.forget(uid);
  }
}

async function stopAll(processes: ProcessPods, pods: readonly Pod[], graceMs: number): Promise<void> {
  const alive = async (): Promise<Pod[]> => {
    const looks = await Promise.all(
      pods.map(async (pod) => ((await processes.look(pod, new Date())).over ? [] : [pod])),
    );
    return looks.flat();
  };
  for (const pod of pods) await processes.signal(pod, 'SIGTERM');
  const end = performance.now() + graceMs;
  while ((await alive()).length > 0 && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 25));
  for (const pod of await alive()) await processes.signal(pod, 'SIGKILL');
}
