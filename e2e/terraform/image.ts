import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { exec } from '../cluster/exec.ts';
import { ensureTerraform } from '../cluster/system.ts';
import { ensureTool } from '../cluster/tools.ts';
import { lane } from '../delivery/lane.ts';
import { pushRootfs, put, putBusybox } from '../node/images.ts';
import { buildExample } from './example-build.ts';

export const app = join(import.meta.dirname, '..', '..', 'examples', 'infrastructure', 'app');
/** Of E26: what the image's own CMD does. */
const command = ['/bin/sh', '-c', 'chmod +x $SCRIPT && exec $SCRIPT $ARGS'];

/** examples/infrastructure as its Dockerfile makes it, on busybox in place of Debian, with more files over it. */
export async function pushInfrastructure(
  name: string,
  tag: string,
  more: Record<string, string> = {},
): Promise<string> {
  const terraform = await ensureTerraform();
  await pushRootfs(`${lane.registryHost}/${name}:${tag}`, { entrypoint: command, workdir: '/app' }, (rootfs) => {
    putBusybox(rootfs, lane.rootfs);
    put(terraform, join(rootfs, 'usr', 'local', 'bin', 'terraform'));
    cpSync(app, join(rootfs, 'app'), { recursive: true });
    write(join(rootfs, 'app'), more);
  });
  return `localhost:7070/${name}:${tag}`;
}

/** Pushes what the example's own Dockerfile makes, as 1.0.0; gives its name without the tag. */
export async function pushExample(): Promise<string> {
  await exec(await ensureTool('crane'), ['push', await buildExample(), `${lane.registryHost}/e2e/example:1.0.0`]);
  return 'localhost:7070/e2e/example';
}

/** An image with scripts only; without a shell where `shell` is false. */
export async function pushScripts(name: string, files: Record<string, string>, shell = true): Promise<string> {
  await pushRootfs(`${lane.registryHost}/${name}:1.0.0`, { entrypoint: command, workdir: '/app' }, (rootfs) => {
    if (shell) putBusybox(rootfs, lane.rootfs);
    write(join(rootfs, 'app'), files);
  });
  return `localhost:7070/${name}:1.0.0`;
}

function write(folder: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
