import { globSync, readFileSync } from 'node:fs';

/**
 * Kills processes of a pod by SIGKILL, as the kernel does when memory ends: from the machine, since nothing in a pod can
 * do that to its first process. `program` is part of the command line; gives how many there were.
 */
export function killInPod(uid: string, program: string): number {
  const pids = globSync('/proc/[0-9]*/cgroup')
    .filter((file) => read(file).includes(uid))
    .map((file) => Number(file.split('/')[2]))
    .filter((pid) => read(`/proc/${pid}/cmdline`).includes(program));
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  return pids.length;
}

/** Of a process that may just have ended. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
