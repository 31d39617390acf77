import { closeSync, existsSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

export type LogOptions = Readonly<{
  tailLines: number | undefined;
  limitBytes: number | undefined;
  sinceSeconds: number | undefined;
  /** Milliseconds since the epoch. */
  sinceTime: number | undefined;
  timestamps: boolean;
  previous: boolean;
}>;

/** The file of one container's log; that of the run before it ends in `.previous.log`. */
export function logPath(root: string, namespace: string, pod: string, container: string, previous: boolean): string {
  return join(root, namespace, pod, `${container}${previous ? '.previous' : ''}.log`);
}

/** A line may begin with its time, as a container runtime writes it; clients see it only when they ask. */
const stamped = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) (.*)$/s;

/** The bytes of a file from an offset on; undefined when there is no such file. */
export function readFrom(path: string, from: number): Buffer | undefined {
  if (!existsSync(path)) return undefined;
  const file = openSync(path, 'r');
  try {
    const size = Math.max(0, fstatSync(file).size - from);
    const bytes = Buffer.alloc(size);
    const read = readSync(file, bytes, 0, size, from);
    return bytes.subarray(0, read);
  } finally {
    closeSync(file);
  }
}

/** Bytes; 0 when there is no such file. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** What a log says so far, cut as asked, and where it ends. */
export function readLog(path: string, options: LogOptions): { text: string; end: number } | undefined {
  const bytes = readFrom(path, 0);
  if (bytes === undefined) return undefined;
  const lines = bytes.toString().split(/(?<=\n)/);
  const { tailLines } = options;
  const kept = lines.filter((line) => isRecent(line, options));
  const tail = tailLines === undefined ? kept : tailLines === 0 ? [] : kept.slice(-tailLines);
  const text = tail.map((line) => showLine(line, options)).join('');
  const { limitBytes } = options;
  const cut = limitBytes === undefined ? text : Buffer.from(text).subarray(0, limitBytes).toString();
  return { text: cut, end: bytes.length };
}

function isRecent(line: string, { sinceSeconds, sinceTime }: LogOptions): boolean {
  const since = sinceTime ?? (sinceSeconds === undefined ? undefined : Date.now() - sinceSeconds * 1000);
  const time = stamped.exec(line)?.[1];
  return since === undefined || time === undefined || Date.parse(time) >= since;
}

/** A line as the client wants it: with its time or without. */
export function showLine(line: string, { timestamps }: Pick<LogOptions, 'timestamps'>): string {
  if (timestamps) return line;
  return stamped.exec(line)?.[2] ?? line;
}
