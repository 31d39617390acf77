import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mainFile } from '../../core/program.ts';
import type { Pod } from '../cluster/types.ts';
import type { ImagePrograms } from '../node/image/image-programs.ts';
import type { Runners } from '../node/runners.ts';

/** Image of runner Jobs in local mode: names the program that is running, there is nothing to pull. */
export const runnerImage = 'alustan.local/alustan:local';

/** On the Jobs of Alustan's objects and on their pods. */
const ownerKindLabel = 'alustan.io/owner-kind';

export type RunnerOptions = Readonly<{
  helm: string;
  env: NodeJS.ProcessEnv;
  images: ImagePrograms;
}>;

/**
 * What runs as a process of the host: runner Jobs, by this very program, and Jobs of Terraform objects, by what is in
 * their image. No other pod does.
 */
export function runnerProgram({ helm, env, images }: RunnerOptions): Runners {
  // Nothing else of the host's environment: the pod has its own home, temporary folder and credentials.
  const path = env['PATH'] ?? '';
  return (pod, container) => {
    if (isTerraform(pod)) return { images, env: { PATH: path } };
    if (container.image !== runnerImage) return undefined;
    const host = [process.execPath, fileURLToPath(mainFile)];
    return { host, command: container.args ?? [], env: { PATH: path, ALUSTAN_HELM: helm, ...compileCache() } };
  };
}

/** A pod that a Job has made for a Terraform object. */
function isTerraform({ metadata: { labels, ownerReferences = [] } }: Pod): boolean {
  return labels?.[ownerKindLabel] === 'Terraform' && ownerReferences.some(({ kind }) => kind === 'Job');
}

/** The runner has a home of its own: it is told where this process keeps what it has compiled. */
function compileCache(): Record<string, string> {
  const folder = getCompileCacheDir();
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
}
