import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LocalMode, startLocal } from '../local/mode/start.ts';
import type { CommandContext } from './context.ts';
import type { LocalFlags } from './local.ts';
import { followStates } from './local-states.ts';
import { createLog } from './log.ts';

/** The package's root: charts and examples lie there, beside `src`. */
const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Starts the local mode, shows what happens, and stops it at the first SIGINT or SIGTERM. */
export async function runLocal(flags: LocalFlags, context: CommandContext): Promise<void> {
  const { env, out, err, signal } = context;
  const { dataDir, gitRewrite: gitRewrites, registryMirror: registryMirrors, ...rest } = flags;
  if (flags.reset) await rm(dataDir, { recursive: true, force: true });
  const log = createLog({ level: flags.logLevel, format: 'pretty', to: err });
  const progress = (step: string) => out.write(`… ${step}\n`);
  const local = await startLocal({ ...rest, ...{ dataDir, gitRewrites, registryMirrors, root, env, log, progress } });
  out.write(welcome(local, flags));
  const states = followStates(local.connection.client, (line) => out.write(`${line}\n`));
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  out.write('\nstopping\n');
  await states.stop();
  await local.close();
}

function welcome({ endpoints }: LocalMode, flags: LocalFlags): string {
  const rows = [
    ['Kubernetes', endpoints.kubernetes],
    ['git', `${endpoints.http}/git/NAME.git`],
    ['registry', endpoints.http.replace('http://', '')],
    ['kubeconfig', endpoints.kubeconfig],
  ];
  const first = [
    `export KUBECONFIG=${endpoints.kubeconfig}`,
    'kubectl get asvc -A --watch',
    ...(flags.example === 'none' ? [] : [`git clone ${endpoints.http}/git/${flags.example}.git`]),
    ...(flags.example === 'shop' ? [`npm run alustan -- local tag shop/api 0.3.0${dataDirFlag(flags)}`] : []),
  ];
  const table = rows.map(([name = '', value]) => `  ${name.padEnd(11)} ${value}`).join('\n');
  return `\n${table}\n\nTry next, in another terminal:\n${first.map((line) => `  ${line}`).join('\n')}\n\nCtrl-C stops; the data stay in ${join(flags.dataDir)}.\n\n`;
}

function dataDirFlag({ dataDir }: LocalFlags): string {
  return dataDir === '.alustan' ? '' : ` --data-dir ${dataDir}`;
}
