import { dirname } from 'node:path';
import { ensurePublicChart } from '../delivery/public-chart.ts';
import { buildAlustan } from '../node/alustan-image.ts';
import { prepareCluster } from '../node/cluster.ts';
import { buildExample } from '../terraform/example-build.ts';
import { ensureDockerRegistry, ensureKubectl, ensureTerraform } from './system.ts';
import { ensureHelm4, ensureTool } from './tools.ts';

// Has everything that the tests start, so that no test pays for a build. Prints the folder to append to PATH, where a
// kubectl is found should the machine have none.
await ensureHelm4();
await ensureTool('helm3');
await ensureTool('crane');
await ensureDockerRegistry();
await ensureTerraform();
await prepareCluster();
await buildAlustan();
await buildExample();
await ensurePublicChart();
console.log(dirname(await ensureKubectl()));
