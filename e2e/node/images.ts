import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { exec } from '../cluster/exec.ts';
import { ensureTool } from '../cluster/tools.ts';

/** What the config of an image says beside its layer. */
export type ImageOptions = Readonly<{
  entrypoint: readonly string[];
  user?: string;
  env?: Record<string, string>;
  workdir?: string;
}>;

/** Makes an image of one layer from what `fill` puts into a folder, and pushes it; no container engine is needed. */
export async function pushRootfs(
  reference: string,
  { entrypoint, user, env, workdir }: ImageOptions,
  fill: (rootfs: string) => void | Promise<void>,
): Promise<void> {
  const crane = await ensureTool('crane');
  const folder = mkdtempSync(join(tmpdir(), 'alustan-rootfs-'));
  try {
    const rootfs = join(folder, 'rootfs');
    mkdirSync(rootfs);
    await fill(rootfs);
    const layer = join(folder, 'layer.tar');
    await exec('tar', ['--numeric-owner', '--owner=0', '--group=0', '-cf', layer, '-C', rootfs, '.']);
    await exec(crane, ['append', '--oci-empty-base', '-f', layer, '-t', reference]);
    const config = ['--set-platform', 'linux/amd64', `--entrypoint=${entrypoint.join(',')}`];
    if (user) config.push('--user', user);
    if (workdir) config.push('--workdir', workdir);
    for (const [name, value] of Object.entries(env ?? {})) config.push('--env', `${name}=${value}`);
    await exec(crane, ['mutate', reference, ...config, '-t', reference]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The image that holds a pod's namespaces. */
export function pushPause(reference: string, init: string): Promise<void> {
  return pushRootfs(reference, { entrypoint: ['/pause'] }, (rootfs) => put(init, join(rootfs, 'pause')));
}

/** A busybox, with all of its programs. `root` is the node's root file system, which holds Debian's. */
export function pushBusybox(reference: string, root: string): Promise<void> {
  return pushRootfs(reference, { entrypoint: ['/bin/busybox', 'sh'] }, (rootfs) => putBusybox(rootfs, root));
}

export function putBusybox(rootfs: string, root: string): void {
  const busybox = join(root, 'usr', 'bin', 'busybox');
  put(busybox, join(rootfs, 'bin', 'busybox'));
  const all = execFileSync(busybox, ['--list'], { encoding: 'utf8' }).trim().split('\n');
  for (const name of all.filter((it) => it !== 'busybox')) symlinkSync('busybox', join(rootfs, 'bin', name));
  mkdirSync(join(rootfs, 'tmp'));
  chmodSync(join(rootfs, 'tmp'), 0o1777);
}

export function put(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
  chmodSync(to, 0o755);
}
