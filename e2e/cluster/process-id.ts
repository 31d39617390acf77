import { readdirSync, readFileSync } from 'node:fs';

/** A process for sure: ids are reused, so the kernel's start time (in clock ticks since boot) goes with the id. */
export type ProcessId = Readonly<{ pid: number; startTicks: string }>;

/** Undefined when no such process runs. A zombie does not run, unless threads of it still do: they hold its ports and files. */
export function processId(pid: number): ProcessId | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in brackets and may hold spaces; fields count from the last bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const startTicks = fields[19];
    const ended = fields[0] === 'Z' && readdirSync(`/proc/${pid}/task`).length <= 1;
    return ended || startTicks === undefined ? undefined : { pid, startTicks };
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
