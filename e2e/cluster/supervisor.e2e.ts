import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
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

it('a process is stopped when its last thread is: its first one may be a zombie while another still holds the port', async () => {
  const dir = mkdtempSync(runPrefix);
  const supervisor = new Supervisor(dir);
  const program = [
    'import ctypes, os, threading, time',
    'def last():',
    `  while not os.path.exists('${dir}/go'): time.sleep(0.05)`,
    `  open('${dir}/last', 'w')`,
    '  os._exit(0)',
    'threading.Thread(target=last).start()',
    'ctypes.CDLL(None).pthread_exit(None)',
  ];
  const stat = () => readFileSync(`/proc/${readJson<ProcessId>(join(dir, 'pids', 'server.json'))?.pid}/stat`, 'utf8');
  await supervisor.start({
    name: 'server',
    binary: 'python3',
    args: ['-c', program.join('\n')],
    readyWithinMs: 10_000,
    ready: async () => /\) Z /.test(stat()),
  });
  const stopped = supervisor.stop('server', 'SIGCONT');
  writeFileSync(join(dir, 'go'), '');
  await stopped;
  expect(existsSync(join(dir, 'last'))).toBe(true);
  await supervisor.remove();
});
