import { readFileSync } from 'node:fs';

/** A process for sure: ids are reused, so the kernel's start time (in clock ticks since boot) goes with the id. */
export type ProcessId = Readonly<{ pid: number; startTicks: string }>;

/** Undefined when no such process runs (a zombie does not run). */
export function processId(pid: number): ProcessId | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in brackets and may hold spaces; fields count from the last bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const startTicks = fields[19];
    return fields[0] === 'Z' || startTicks === undefined ? undefined : { pid, startTicks };
  } catch {
    return undefined;
  }
}

export function thisProcess(): ProcessId {
  const id = processId(process.pid);
  if (!id) throw new Error('the end-to-end lane needs /proc: it runs on Linux only');
  return id;
}

export function isSameProcess(id: ProcessId): boolean {
  return processId(id.pid)?.startTicks === id.startTicks;
}
