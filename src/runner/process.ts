import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export type ProcessResult = Readonly<{
  /** Undefined when the process was ended by a signal. */
  code: number | undefined;
  signal: string | undefined;
  stdout: string;
  /** Both streams, line by line, in the order of arrival, masked. */
  lines: readonly string[];
}>;

export type RunOptions = Readonly<{
  env: NodeJS.ProcessEnv;
  /** Hides secret values; applied to every line before it is kept or printed. */
  mask: (line: string) => string;
  print: (line: string) => void;
  /** When aborted the process gets SIGTERM, and SIGKILL after `graceMs`. */
  signal: AbortSignal;
  graceMs: number;
}>;

/**
 * Runs a program without a shell and waits for its end; told to stop before, it does not start it. Rejects only when it
 * cannot be started.
 */
export async function run(program: string, args: readonly string[], options: RunOptions): Promise<ProcessResult> {
  if (options.signal.aborted) return { code: undefined, signal: 'SIGTERM', stdout: '', lines: [] };
  const child = spawn(program, [...args], { env: options.env, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  const stdout: string[] = [];
  const keep = (line: string, into?: string[]): void => {
    const shown = options.mask(line);
    lines.push(shown);
    into?.push(shown);
    options.print(shown);
  };
  createInterface({ input: child.stdout }).on('line', (line) => keep(line, stdout));
  createInterface({ input: child.stderr }).on('line', (line) => keep(line));
  let kill: NodeJS.Timeout | undefined;
  const stop = (): void => {
    child.kill('SIGTERM');
    kill = setTimeout(() => child.kill('SIGKILL'), options.graceMs);
  };
  options.signal.addEventListener('abort', stop, { once: true });
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => reject(explain(program, error)));
    child.once('close', (code, signal) => {
      clearTimeout(kill);
      options.signal.removeEventListener('abort', stop);
      resolve({ code: code ?? undefined, signal: signal ?? undefined, stdout: stdout.join('\n'), lines });
    });
  });
}

function explain(program: string, error: NodeJS.ErrnoException): Error {
  if (error.code === 'ENOENT') return new Error(`the program ${program} was not found; name it with ALUSTAN_HELM`);
  return new Error(`the program ${program} cannot be started: ${error.message}`);
}
