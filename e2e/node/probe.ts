import { existsSync } from 'node:fs';
import { exec } from '../cluster/exec.ts';

/** Throws, saying what is missing and what for, when this machine cannot run a node. */
export async function requireKernel(): Promise<void> {
  const refuse = (lack: string) => {
    throw new Error(
      `${lack}. The end-to-end lane runs real pods: it needs Linux, root, namespaces and control groups.`,
    );
  };
  if (process.platform !== 'linux') refuse(`this is ${process.platform}`);
  if (process.getuid?.() !== 0) refuse('you are not root');
  for (const program of ['unshare', 'nsenter', 'pivot_root', 'chroot', 'apt-get', 'dpkg-deb', 'tar']) {
    await exec('/bin/sh', ['-c', `command -v ${program}`]).catch(() => refuse(`${program} is not in PATH`));
  }
  await exec('unshare', ['--mount', '--net', '--pid', '--fork', 'true']).catch((error) =>
    refuse(`the kernel gives no namespaces: ${error}`),
  );
  const version2 = existsSync('/sys/fs/cgroup/cgroup.controllers');
  for (const controller of version2 ? [] : ['cpu', 'cpuset', 'memory', 'pids', 'devices']) {
    if (!existsSync(`/sys/fs/cgroup/${controller}`)) refuse(`there is no control group hierarchy for ${controller}`);
  }
}
