import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { inspect, launch, type RunState, refuse, signalRun } from './attempt.ts';

describe('a process of a pod', async () => {
  const root = await mkdtemp(join(tmpdir(), 'attempt-'));
  afterAll(() => rm(root, { recursive: true, force: true }));
  let count = 0;

  async function start(script: string): Promise<string> {
    count += 1;
    const folder = join(root, `run-${count}`);
    const command = ['/bin/sh', '-c', script];
    await launch(folder, { command, env: { GREETING: 'hi' }, cwd: root, logFile: `${folder}.log`, onEnd: () => {} });
    return folder;
  }

  const until = (folder: string, state: RunState['state']): Promise<RunState> =>
    vi.waitFor(async () => {
      const run = await inspect(folder);
      if (run.state !== state) throw new Error(`it is ${run.state}`);
      return run;
    }, 10_000);

  it('tells its exit code, and its output lies in the log', async () => {
    const folder = await start('echo "$GREETING"; echo oops >&2; exit 3');
    expect(await until(folder, 'ended')).toMatchObject({ exitCode: 3 });
    expect(await readFile(`${folder}.log`, 'utf8')).toBe('hi\noops\n');
  });

  it('is told apart from one that was never started', async () => {
    expect(await inspect(join(root, 'nothing'))).toEqual({ state: 'absent' });
  });

  it('gets SIGTERM, and says how it took it', async () => {
    const folder = await start('trap "exit 5" TERM; echo up; while :; do sleep 0.05; done');
    await vi.waitFor(async () => expect(await readFile(`${folder}.log`, 'utf8')).toBe('up\n'), 10_000);
    await signalRun(folder, 'SIGTERM');
    expect(await until(folder, 'ended')).toMatchObject({ exitCode: 5 });
  });

  it('is told to stop as in a container: the program once, its children by the program or not at all', async () => {
    const child = 'trap "echo told" TERM; echo up; for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.1; done; exit 6';
    const folder = await start(`trap 'kill -TERM $child' TERM; sh -c '${child}' & child=$!; wait; wait $child`);
    await vi.waitFor(async () => expect(await readFile(`${folder}.log`, 'utf8')).toBe('up\n'));
    await signalRun(folder, 'SIGTERM');
    expect(await until(folder, 'ended')).toMatchObject({ exitCode: 6 });
    expect(await readFile(`${folder}.log`, 'utf8')).toBe('up\ntold\n');
  });

  it('that cannot be started has ended, with the reason', async () => {
    const folder = join(root, 'refused');
    await refuse(folder, 'exec: "/bin/none": no such file');
    expect(await inspect(folder)).toMatchObject({ exitCode: 128, refused: 'exec: "/bin/none": no such file' });
  });

  it('ends with 143 when it does not care for SIGTERM', async () => {
    const folder = await start('exec sleep 60');
    expect(await inspect(folder)).toMatchObject({ state: 'running' });
    await signalRun(folder, 'SIGTERM');
    expect(await until(folder, 'ended')).toMatchObject({ exitCode: 143 });
  });

  it('is not started when it was told to end before', async () => {
    const folder = join(root, 'told');
    await mkdir(folder);
    await writeFile(join(folder, 'told'), 'SIGTERM');
    const command = ['/bin/sh', '-c', 'echo started'];
    await launch(folder, { command, env: {}, cwd: root, logFile: `${folder}.log`, onEnd: () => {} });
    expect(await until(folder, 'ended')).toMatchObject({ exitCode: 143 });
    expect(await readFile(`${folder}.log`, 'utf8')).toBe('');
  });

  it('is lost when its whole group was killed', async () => {
    const folder = await start('sleep 60 & sleep 60');
    await signalRun(folder, 'SIGKILL');
    await until(folder, 'lost');
  });

  it('is not started a second time by a supervisor that comes late', async () => {
    const folder = join(root, 'late');
    await mkdir(folder);
    await writeFile(join(folder, 'launched'), new Date().toISOString());
    // Local mode died between the start of the supervisor and its first act; the next one looks, and rules it out.
    expect(await inspect(folder)).toEqual({ state: 'void' });
    const command = ['/bin/sh', '-c', 'echo started'];
    await launch(folder, { command, env: {}, cwd: root, logFile: `${folder}.log`, onEnd: () => {} });
    expect(await readFile(`${folder}.log`, 'utf8')).not.toContain('started');
  });

  it('does not take another process of the same number for its own', async () => {
    const folder = join(root, 'reused');
    await mkdir(join(folder, 'claimed'), { recursive: true });
    const stranger = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
    await writeFile(join(folder, 'launched'), new Date().toISOString());
    await writeFile(join(folder, 'pid'), String(stranger.pid));
    try {
      expect(await inspect(folder)).toMatchObject({ state: 'lost' });
    } finally {
      stranger.kill('SIGKILL');
    }
  });
});
