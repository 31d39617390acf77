import { relative } from 'node:path';
import type { Endpoints } from '../local/mode/endpoints.ts';
import type { CommandContext } from './context.ts';
import type { LocalFlags } from './local-flags.ts';
import { paint } from './progress.ts';

/** What a person sees once all runs: where it is, what to try, how to end it. */
export function welcome(out: CommandContext['out'], endpoints: Endpoints, flags: LocalFlags): string {
  const { kubernetes, http, kubeconfig } = endpoints;
  const rows = [
    ['Kubernetes', kubernetes],
    ['kubeconfig', kubeconfig],
    ['status page', `${http}/`],
    ['git', `${http}/git/NAME.git`],
    ['registry', `${http.replace('http://', '')}/NAME:TAG`],
  ];
  const table = rows.map(([name = '', value]) => `  ${paint(out, 'bold', name.padEnd(11))}  ${value}`);
  const title = paint(out, ['bold', 'green'], 'Alustan runs on this machine.');
  const hint = paint(out, 'dim', 'Changes of state follow, one line each.');
  const commands = next(endpoints, flags).map((line) => `  ${paint(out, 'cyan', line)}`);
  const text = [
    title,
    ...table,
    '',
    'Try in another terminal, in this folder:',
    ...commands,
    '',
    `Ctrl-C stops. ${hint}`,
  ];
  return `\n${text.join('\n')}\n\n`;
}

function next({ http, kubeconfig }: Endpoints, { example, dataDir }: LocalFlags): string[] {
  const folder = dataDir === '.alustan' ? '' : ` --data-dir ${dataDir}`;
  const near = relative(process.cwd(), kubeconfig);
  const path = near.startsWith('..') ? kubeconfig : `$PWD/${near}`;
  return [
    `export KUBECONFIG=${path}`,
    'kubectl get alustan -A',
    ...(example === 'none' ? [] : [`git clone ${http}/git/${example}.git`]),
    ...(example === 'shop' ? [`npm run -s alustan -- local tag shop/api 0.3.0${folder}`] : []),
  ];
}
