import { parseArgs } from 'node:util';
import { crash } from './crash.ts';
import { fanOut } from './fan-out.ts';
import { graph } from './graph.ts';
import { idle } from './idle.ts';
import { informers } from './informers.ts';
import { jobs } from './jobs.ts';
import { raw } from './raw-only.ts';
import { type Line, print } from './stats.ts';

// npm run bench [-- --only fan-out,graph,chain,watch,idle,crash,jobs,raw --services 1000 …]
// Prints ratios of runs on this machine; nothing here is a test, and a missed target does not fail.
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'fan-out,graph,chain,watch,idle,crash,jobs' },
    /** Of fan-out, idle and crash. */
    services: { type: 'string', default: '1000' },
    repeats: { type: 'string', default: '5' },
    levels: { type: 'string', default: '20' },
    chain: { type: 'string', default: '200' },
    objects: { type: 'string', default: '10000' },
    'watch-seconds': { type: 'string', default: '60' },
    'idle-minutes': { type: 'string', default: '10' },
    kills: { type: 'string', default: '20' },
    jobs: { type: 'string', default: '100' },
  },
});
const services = Number(values.services);
const repeats = Number(values.repeats);
const updatesPerSecond = 500;
const workloads: Record<string, () => Promise<{ title: string; lines: Line[] }>> = {
  'fan-out': () => fanOut({ services, repeats }),
  graph: () => graph(Number(values.levels), 50),
  chain: () => graph(Number(values.chain), 1),
  watch: () =>
    informers({ objects: Number(values.objects), updatesPerSecond, seconds: Number(values['watch-seconds']) }),
  idle: () => idle({ services, minutes: Number(values['idle-minutes']) }),
  crash: () => crash({ services, kills: Number(values.kills), repeats }),
  jobs: () => jobs({ services: Number(values.jobs) }),
  raw: () => raw(services, repeats),
};
for (const name of values.only.split(',')) {
  const workload = workloads[name];
  if (!workload) throw new Error(`no workload ${name}; there are ${Object.keys(workloads).join(', ')}`);
  const { title, lines } = await workload();
  print(title, lines);
}
