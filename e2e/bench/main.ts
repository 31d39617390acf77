import { parseArgs } from 'node:util';
import { fanOut } from './fan-out.ts';
import { graph } from './graph.ts';
import { raw } from './raw-only.ts';
import { type Line, print } from './stats.ts';

// npm run bench [-- --only fan-out,graph,chain,raw --services 1000 --repeats 5 --idle-minutes 5]
// Prints ratios of runs on this machine; nothing here is a test, and a missed target does not fail.
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'fan-out,graph,chain' },
    services: { type: 'string', default: '1000' },
    repeats: { type: 'string', default: '5' },
    'idle-minutes': { type: 'string', default: '5' },
  },
});
const services = Number(values.services);
const workloads: Record<string, () => Promise<{ title: string; lines: Line[] }[]>> = {
  'fan-out': () => fanOut({ services, repeats: Number(values.repeats), idleMinutes: Number(values['idle-minutes']) }),
  graph: async () => [await graph(20, 50)],
  chain: async () => [await graph(200, 1)],
  raw: async () => [await raw(services, Number(values.repeats))],
};
for (const name of values.only.split(',')) {
  const workload = workloads[name];
  if (!workload) throw new Error(`no workload ${name}; there are ${Object.keys(workloads).join(', ')}`);
  for (const { title, lines } of await workload()) print(title, lines);
}
