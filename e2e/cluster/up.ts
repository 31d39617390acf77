import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startCluster } from '../node/cluster.ts';
import { isReady } from './api.ts';
import { caFile } from './components.ts';
import { say } from './exec.ts';
import { readJson, removeRun } from './janitor.ts';
import { keptDir } from './paths.ts';

type Kept = Readonly<{ url: string; token: string }>;

// `npm run e2e:up`: a cluster with a node for work by hand. Prints the path of its kubeconfig, and nothing else, to stdout.
const kubeconfigPath = join(keptDir, 'kubeconfig');
if (await serves()) {
  say('it runs already');
} else {
  await removeRun(keptDir);
  const cluster = await startCluster({ dir: keptDir, audit: 'all' });
  const kept: Kept = { url: cluster.url, token: cluster.token };
  writeFileSync(join(keptDir, 'kept.json'), JSON.stringify(kept), { mode: 0o600 });
  cluster.release();
}
say(`kubectl --kubeconfig ${kubeconfigPath} get namespaces`);
console.log(kubeconfigPath);

async function serves(): Promise<boolean> {
  const kept = readJson<Kept>(join(keptDir, 'kept.json'));
  if (!kept) return false;
  return isReady(kept.url, kept.token, caFile(keptDir)).catch(() => false);
}
