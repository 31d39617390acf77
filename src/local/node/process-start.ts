import { join } from 'node:path';
import type { Container, Pod } from '../cluster/types.ts';
import type { World } from '../cluster/world.ts';
import { folderOf, hostEnvironment, ownEnvironment, pathsOf } from './process-files.ts';
import { rewrite } from './rewrite.ts';
import type { FromImage, Program } from './runners.ts';

/** All that a process needs to be launched. */
type Start = Readonly<{
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  cwd: string;
  imageID?: string;
}>;

/** Where the copies of images lie that a pod's containers run in. */
export function imageFolder(podFolder: string): string {
  return join(podFolder, 'images');
}

/** What a container is on the host. Rejects with `ConfigError`, `PullError` or `StartError`. */
export async function prepareStart(
  world: World,
  dataDir: string,
  pod: Pod,
  container: Container,
  program: Program | FromImage,
): Promise<Start> {
  const own = await ownEnvironment(world, pod, container);
  const mounts = pathsOf(dataDir, pod, container);
  const host = hostEnvironment(dataDir, pod);
  const folder = folderOf(dataDir, pod.metadata.uid ?? '');
  if ('images' in program) {
    // Terraform's kubernetes backend reads its own name for a kubeconfig.
    const base = { ...host, KUBE_CONFIG_PATH: host['KUBECONFIG'] ?? '', ...program.env };
    return await program.images.prepare({
      container,
      mounts,
      base,
      own,
      folder: join(imageFolder(folder), container.name),
    });
  }
  const rewritten = Object.entries(own).map(([key, value]) => [key, rewrite(value, mounts)]);
  return {
    command: [...(program.host ?? []), ...program.command.map((element) => rewrite(element, mounts))],
    env: { ...host, ...program.env, ...Object.fromEntries(rewritten) },
    cwd: join(folder, 'home'),
  };
}
