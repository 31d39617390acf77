import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mainFile } from '../../core/program.ts';
import type { Runners } from '../node/process-pods.ts';

/** Image of runner Jobs in local mode: names the program that is running, there is nothing to pull. */
export const runnerImage = 'alustan.local/alustan:local';

export type RunnerOptions = Readonly<{ helm: string; env: NodeJS.ProcessEnv }>;

/** Runner Jobs run this very program as a process of the host. */
export function runnerProgram({ helm, env }: RunnerOptions): Runners {
  // Nothing else of the host's environment: the pod has its own home, temporary folder and credentials.
  const path = env['PATH'] ?? '';
  return (_pod, container) => {
    if (container.image !== runnerImage) return undefined;
    const host = [process.execPath, fileURLToPath(mainFile)];
    return { host, command: container.args ?? [], env: { PATH: path, ALUSTAN_HELM: helm, ...compileCache() } };
  };
}

/** The runner has a home of its own: it is told where this process keeps what it has compiled. */
function compileCache(): Record<string, string> {
  const folder = getCompileCacheDir();
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
}
