import { type LogOptions, readFrom, showLine, sizeOf } from './read.ts';

type Follow = Readonly<{
  path: string;
  /** Byte at which to go on. */
  from: number;
  options: Pick<LogOptions, 'timestamps'>;
  /** Whether the container may still write. */
  alive: () => boolean;
  signal: AbortSignal;
  write: (text: string) => void;
}>;

/** File events are not reliable on every file system; a log is looked at this often while somebody reads it. */
const pollMs = 100;

/** Hands on what is appended to a log until its container ends or the client goes. */
export async function followLog(follow: Follow): Promise<void> {
  let at = follow.from;
  let rest = '';
  for (;;) {
    // Asked before reading: what was written before the end is still read.
    const alive = follow.alive();
    // The node begins a log anew when it has become too long.
    if (sizeOf(follow.path) < at) at = 0;
    const bytes = readFrom(follow.path, at);
    if (bytes !== undefined && bytes.length > 0) {
      at += bytes.length;
      const lines = (rest + bytes.toString()).split(/(?<=\n)/);
      rest = lines.at(-1)?.endsWith('\n') === false ? (lines.pop() ?? '') : '';
      follow.write(lines.map((line) => showLine(line, follow.options)).join(''));
    }
    if (!alive || follow.signal.aborted) break;
    await pause(pollMs, follow.signal);
  }
  if (rest !== '') follow.write(showLine(rest, follow.options));
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}
