import { spawn } from 'node:child_process';
import { atEnd } from './at-end.ts';

export type ExecOptions = Readonly<{ cwd?: string; env?: Record<string, string>; label?: string }>;

/** One line to stderr: stdout belongs to answers (a kubeconfig path) and to test reporters. */
export function say(line: string): void {
  process.stderr.write(`e2e: ${line}\n`);
}

/**
 * Runs a program to its end and gives its standard output. With a `label`, says every 15 s that it still runs.
 * Rejects with the command and the end of its standard error when it cannot start or fails.
 */
export function exec(command: string, args: readonly string[], options: ExecOptions = {}): Promise<string> {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const tick = options.label ? setInterval(() => say(`${options.label}: ${seconds()} s`), 15_000) : undefined;
  const out: Buffer[] = [];
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => {
    err = (err + chunk.toString()).slice(-4000);
  });
  const forget = atEnd(() => child.kill('SIGKILL'));
  const finish = () => {
    clearInterval(tick);
    forget();
  };
  child.on('error', (error) => {
    finish();
    reject(new Error(`${command} cannot start: ${error.message}`));
  });
  child.on('close', (code, signal) => {
    finish();
    if (code === 0) resolve(Buffer.concat(out).toString());
    else reject(new Error(`${command} ${args.join(' ')} ended with ${signal ?? code}:\n${err}`));
  });
  return promise;
}
