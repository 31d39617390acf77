import { setTimeout as wait } from 'node:timers/promises';
import { Api } from '../cluster/api.ts';
import { startControlPlane } from '../cluster/control-plane.ts';
import type { ApiProxy } from '../faults/proxy.ts';
import { Churn } from './churn.ts';
import type { InformerReading } from './informer-main.ts';
import { type InformerProcess, startInformer } from './informer-process.ts';
import { load } from './session.ts';
import { judged, type Line, plain } from './stats.ts';

export type InformersOptions = Readonly<{ objects: number; updatesPerSecond: number; seconds: number }>;

const namespace = 'watched';
/** How long a copy may take to be right again once nothing disturbs it. */
const patienceMs = 60_000;

/** One copy: before anything, after the first list, and of the time of the changes. */
type Course = Readonly<{
  bare: InformerReading;
  listed: InformerReading;
  changed: InformerReading;
  settledMs: number;
  missed: number;
}>;

/** Workload 8: a copy of 10,000 objects under changes, broken connections and forced lists, beside client-node's informer. */
export async function informers(options: InformersOptions): Promise<{ title: string; lines: Line[] }> {
  const plane = await startControlPlane();
  const api = new Api(plane, 64);
  const all: InformerProcess[] = [];
  try {
    await api.json('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
    const churn = new Churn(api, namespace, options.objects);
    await churn.create();
    const ours = await startInformer('reflector', plane, plane.dir, namespace);
    all.push(ours);
    const theirs = await startInformer('client-node', plane, plane.dir, namespace);
    all.push(theirs);
    const bystander = await startInformer('none', plane, plane.dir, namespace);
    all.push(bystander);
    const { rate, courses } = await follow(all, churn, options);
    console.log(`load ${load()}`);
    const title = `Watch: ${options.objects} objects, ${rate.toFixed(0)} changes/s for ${options.seconds} s, 410s and cuts`;
    return { title, lines: summary(rate, courses as [Course, Course, Course], options) };
  } finally {
    for (const informer of all) await informer.stop();
    await api.close();
    await plane.stop();
  }
}

async function follow(all: readonly InformerProcess[], churn: Churn, options: InformersOptions) {
  const begun: Pick<Course, 'bare' | 'listed'>[] = [];
  // One after the other: neither is to stand in the other's way.
  for (const informer of all) {
    const bare = await informer.read();
    begun.push({ bare, listed: await informer.start() });
  }
  await Promise.all(all.map((informer) => informer.read()));
  const ends = all.map(({ proxy }) => disturb(proxy));
  const rate = await churn.run(options.updatesPerSecond, options.seconds);
  for (const end of ends) end();
  const truth = await churn.truth();
  const settled = await Promise.all(all.map((informer) => settle(informer, informer.kind === 'none' ? {} : truth)));
  const courses: Course[] = [];
  for (const [index, informer] of all.entries()) {
    const [before, after] = [begun[index], settled[index]];
    if (before && after) courses.push({ ...before, ...after, changed: await informer.read() });
  }
  return { rate, courses };
}

/** Breaks all watches, lets them expire, answers every fourth one with 410: a disturbance about every 2 s. */
function disturb(proxy: ApiProxy): () => void {
  const cutting = setInterval(() => proxy.cutWatches(), 3_000);
  const expiring = setInterval(() => proxy.expireWatches(), 5_000);
  let watches = 0;
  proxy.fate = ({ watch }) => (watch && watches++ % 4 === 3 ? { status: 410 } : 'passes');
  return () => {
    clearInterval(cutting);
    clearInterval(expiring);
    proxy.fate = () => 'passes';
  };
}

/** Waits until the copy is what the API server has; gives how long that took, and what it has missed when it never is. */
async function settle(informer: InformerProcess, truth: Readonly<Record<string, string>>) {
  const startedAt = performance.now();
  for (;;) {
    const missed = differences(await informer.versions(), truth);
    const settledMs = performance.now() - startedAt;
    if (missed === 0 || settledMs > patienceMs) return { missed, settledMs };
    await wait(200);
  }
}

/** Objects that are missing, in another version, or no longer there. */
export function differences(copy: Readonly<Record<string, string>>, truth: Readonly<Record<string, string>>): number {
  const wrong = Object.entries(truth).filter(([name, version]) => copy[name] !== version).length;
  return wrong + Object.keys(copy).filter((name) => truth[name] === undefined).length;
}

function summary(rate: number, [ours, theirs, none]: [Course, Course, Course], options: InformersOptions): Line[] {
  const heap = ({ bare, listed }: Course) => (listed.heapBytes - bare.heapBytes) / options.objects;
  const heapAfter = ({ bare, changed }: Course) => (changed.heapBytes - bare.heapBytes) / options.objects;
  const both = (what: string, of: (course: Course) => number, unit = '') => [
    plain(what, of(ours), unit),
    plain('  the same, client-node', of(theirs), unit),
  ];
  return [
    judged('changes a second', rate, '>=', options.updatesPerSecond * 0.98),
    judged('missed', ours.missed, '<=', 0),
    plain('  the same, client-node', theirs.missed),
    judged('heap an object ÷ client-node’s, after the first list', heap(ours) / heap(theirs), '<=', 0.6),
    judged('heap an object ÷ client-node’s, after the changes', heapAfter(ours) / heapAfter(theirs), '<=', 0.6),
    ...both('heap an object, after the changes', heapAfter, ' B'),
    judged('event loop late, worst, first list', ours.listed.stallMaxMs, '<=', 50, ' ms'),
    plain('  the same, client-node', theirs.listed.stallMaxMs, ' ms'),
    judged('event loop late, worst, changes', ours.changed.stallMaxMs, '<=', 50, ' ms'),
    plain('  the same, client-node', theirs.changed.stallMaxMs, ' ms'),
    plain('  the same, a process that does nothing', none.changed.stallMaxMs, ' ms'),
    ...both('event loop late, p99, changes', ({ changed }) => changed.stallP99Ms, ' ms'),
    ...both('right again after the last disturbance', ({ settledMs }) => settledMs, ' ms'),
    ...both('CPU, changes', ({ changed }) => changed.cpuMs, ' ms'),
    ...both('RSS', ({ changed }) => changed.rssMiB, ' MiB'),
  ];
}
