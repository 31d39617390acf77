import { existsSync, globSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { basename } from 'node:path';
import { exec } from '../cluster/exec.ts';

/** Everything of a cluster that is on this machine, one line each: nothing may be when it has ended. */
export async function leftOf(dir: string, link: string, rootfs: string): Promise<string[]> {
  const name = basename(dir);
  const naming = (pattern: string, what: string) =>
    globSync(pattern)
      .filter((file) => !file.startsWith(`/proc/${process.pid}/`) && read(file).includes(name))
      .map((file) => `${what}: ${file}`);
  // Interfaces without an address are no business of os.networkInterfaces.
  const links = [...Object.keys(networkInterfaces()), ...globSync(`/sys/class/net/${link}`).map(() => link)];
  const rules = await exec('chroot', [rootfs, 'iptables-save']);
  return [
    ...(existsSync(dir) ? [`folder: ${dir}`] : []),
    ...naming('/proc/[0-9]*/cmdline', 'process'),
    ...naming('/proc/[0-9]*/cgroup', 'process in a control group'),
    ...naming('/proc/[0-9]*/mountinfo', 'mount'),
    ...globSync(`/sys/fs/cgroup/{${name},*/${name}}`).map((path) => `control group: ${path}`),
    ...(links.includes(link) ? [`interface: ${link}`] : []),
    ...(/KUBE-|CNI-/.test(rules) ? ['rules of iptables'] : []),
  ];
}

/** Of a process that may just have ended. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
