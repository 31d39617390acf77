import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { cleanOrphans, readJson } from './janitor.ts';
import { runPrefix } from './paths.ts';
import { isSameProcess, type ProcessId } from './process-id.ts';
import { Supervisor } from './supervisor.ts';

type SleepingRun = { child: ChildProcess; dir: string; sleeper: ProcessId };

async function startRun(): Promise<SleepingRun> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'sleeper.fixture.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout as NonNullable<typeof child.stdout>, 'data')) as [Buffer];
  const dir = line.toString().trim();
  const sleeper = readJson<ProcessId>(join(dir, 'pids', 'sleeper.json'));
  if (!sleeper) throw new Error(`${dir} names no process`);
  return { child, dir, sleeper };
}

it.each<NodeJS.Signals>(['SIGINT', 'SIGTERM'])(
  'a run interrupted by %s leaves no process and no file',
  async (signal) => {
    const run = await startRun();
    run.child.kill(signal);
    const [code, endedBy] = await once(run.child, 'exit');
    expect([code, endedBy]).toEqual([null, signal]);
    await vi.waitFor(() => expect(isSameProcess(run.sleeper)).toBe(false));
    expect(existsSync(run.dir)).toBe(false);
  },
);

it('what a run killed by SIGKILL left is cleaned by the next run, what a living run owns is not', async () => {
  const [dead, living] = [await startRun(), await startRun()];
  try {
    dead.child.kill('SIGKILL');
    await once(dead.child, 'exit');
    expect(isSameProcess(dead.sleeper)).toBe(true);
    await cleanOrphans();
    expect([isSameProcess(dead.sleeper), existsSync(dead.dir)]).toEqual([false, false]);
    expect([isSameProcess(living.sleeper), existsSync(living.dir)]).toEqual([true, true]);
  } finally {
    living.child.kill('SIGTERM');
    await once(living.child, 'exit');
  }
});

it('a component that dies at its start is an error with the end of its log', async () => {
  const supervisor = new Supervisor(mkdtempSync(runPrefix));
  const start = supervisor.start({
    name: 'broken',
    binary: '/bin/sh',
    args: ['-c', 'echo the port is taken >&2; exit 3'],
    readyWithinMs: 10_000,
    ready: async () => false,
  });
  await expect(start).rejects.toThrow(/broken ended with 3[\s\S]*the port is taken/);
  await supervisor.remove();
});
