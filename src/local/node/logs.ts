import { appendFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pod, PodStatus } from '../cluster/types.ts';
import { statusOf } from './status.ts';

/** Writes a line for each pretended container that has started or ended with this change of status. */
export async function logChanges(podLogDir: string, pod: Pod, next: PodStatus, now: Date): Promise<void> {
  const folder = join(podLogDir, pod.metadata.namespace ?? '', pod.metadata.name);
  for (const status of [...(next.initContainerStatuses ?? []), ...(next.containerStatuses ?? [])]) {
    const before = statusOf(pod, status.name)?.state;
    const { running, terminated } = status.state;
    const lines: string[] = [];
    if (running !== undefined && before?.running === undefined)
      lines.push(`${status.image} started (local mode runs no code of it)`);
    if (terminated !== undefined && before?.terminated === undefined)
      lines.push(`ended with exit code ${terminated.exitCode}`);
    if (lines.length === 0) continue;
    await mkdir(folder, { recursive: true });
    await appendFile(
      join(folder, `${status.name}.log`),
      lines.map((line) => `${now.toISOString()} ${line}\n`).join(''),
    );
  }
}

export async function removeLogs(podLogDir: string, namespace: string, name: string): Promise<void> {
  await rm(join(podLogDir, namespace, name), { recursive: true, force: true });
}
