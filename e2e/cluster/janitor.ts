import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { say } from './exec.ts';
import { runPrefix } from './paths.ts';
import { isSameProcess, type ProcessId } from './process-id.ts';
import { removeRemains } from './remains.ts';
import { endGroup, type Owner } from './supervisor.ts';

/** Ends what earlier runs left behind whose owner was killed, and removes their folders. Kept ones stay. */
export async function cleanOrphans(): Promise<void> {
  for (const dir of globSync(`${runPrefix}*`)) {
    const owner = readJson<Owner>(join(dir, 'owner.json'));
    if (!owner || owner.kept || isSameProcess(owner.owner)) continue;
    say(`cleaning ${dir}, left by a run that was killed`);
    await removeRun(dir);
  }
}

/** Ends the processes written down in a run's folder and removes what they leave. */
export async function removeRun(dir: string): Promise<void> {
  // By name backwards is by start backwards: etcd ends last, for nobody ends well without it.
  for (const file of globSync(join(dir, 'pids', '*.json'))
    .sort()
    .reverse()) {
    const id = readJson<ProcessId>(file);
    if (id) await endGroup(id, 'SIGTERM');
  }
  removeRemains(dir);
}

export function readJson<T>(path: string): T | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return undefined;
  }
}
