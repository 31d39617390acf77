import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';

const cgroups = '/sys/fs/cgroup';
const patienceMs = 5_000;

/** The control groups of a run's node are below one of this name. */
export function cgroupOf(dir: string): string {
  return basename(dir);
}

/**
 * Removes what a run leaves when its processes have ended: control groups and its folder. Synchronous, for exit
 * handlers; waits up to 5 s for the last processes to go.
 */
export function removeRemains(dir: string): void {
  const deadline = Date.now() + patienceMs;
  for (const group of groupsOf(dir)) {
    while (!removeGroup(group) && Date.now() < deadline) pause(50);
  }
  rmSync(dir, { recursive: true, force: true, maxRetries: 10 });
}

/** One in each hierarchy: version 1 has one per controller. */
function groupsOf(dir: string): string[] {
  if (!existsSync(cgroups)) return [];
  const hierarchies = ['', ...readdirSync(cgroups)];
  return hierarchies.map((name) => join(cgroups, name, cgroupOf(dir))).filter((path) => existsSync(path));
}

/** False when a process is still in there. */
function removeGroup(path: string): boolean {
  try {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory() && !removeGroup(join(path, entry.name))) return false;
    }
    rmdirSync(path);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
