import { spawn } from 'node:child_process';
import { normal } from './normal.ts';
import type { Kubernetes } from './subjects.ts';

/** One command line of a session. The shell runs it; `kubectl`, `helm` and `helm3` are the pinned programs. */
export type Step = Readonly<{
  run: string;
  /** Why the embedded API is known to answer otherwise. */
  differs?: string;
}>;

/** One command a line; `# differs: why` after it marks a known difference. */
export function steps(text: string): Step[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [run = '', differs] = line.split(/\s+# differs: /);
      return differs === undefined ? { run } : { run, differs };
    });
}

/** What a person would see. */
export type Seen = Readonly<{ code: number; out: string; err: string }>;

export type Programs = Readonly<{ kubectl: string; helm: string; helm3: string }>;

const limitMs = 60_000;

/** Runs the steps one after the other, each whatever became of the one before. */
export async function play(steps: readonly Step[], on: Kubernetes, programs: Programs, cwd: string): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (const step of steps) seen.push(await runStep(step, on, programs, cwd));
  return seen;
}

function runStep({ run }: Step, on: Kubernetes, programs: Programs, cwd: string): Promise<Seen> {
  const { promise, resolve } = Promise.withResolvers<Seen>();
  const functions = Object.entries(programs).map(([name, path]) => `${name}() { "${path}" "$@"; }`);
  // Each command gets a home of its own: kubectl caches discovery there, helm its state.
  const env = {
    PATH: process.env['PATH'],
    KUBECONFIG: on.kubeconfigPath,
    HOME: `${on.kubeconfigPath}.home`,
    LANG: 'C',
  };
  const script = `${functions.join('\n')}\n${run}`;
  const child = spawn('/bin/sh', ['-c', script], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.err += text;
  });
  // The whole group, not the shell alone: a `kubectl edit` whose editor never ends up with a valid file runs for ever.
  const limit = setTimeout(() => killGroup(child.pid), limitMs);
  child.on('close', (code) => {
    clearTimeout(limit);
    resolve({ code: code ?? -1, out: normal(said.out), err: normal(said.err) });
  });
  return promise;
}

function killGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}
