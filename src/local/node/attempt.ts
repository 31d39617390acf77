import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** One run of one container as a process of the host; everything about it lies in one folder. */
export type Launch = Readonly<{
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  cwd: string;
  /** Both streams are appended here, also when local mode has died meanwhile. */
  logFile: string;
  /** Called when it ends while this process lives. */
  onEnd: () => void;
}>;

export type RunState =
  | Readonly<{ state: 'absent' }>
  /** Its supervisor died before it took over; the program was never started. */
  | Readonly<{ state: 'void' }>
  | Readonly<{ state: 'running'; pid: number; startedAt: string }>
  | Readonly<{ state: 'ended'; exitCode: number; startedAt: string; finishedAt: string; refused?: string }>
  /** It ran, is gone, and left no exit code: it was killed together with its supervisor. */
  | Readonly<{ state: 'lost'; startedAt: string }>;

/** Becomes the program, after it has written down the process id that it will have; not when it was told to stop. */
const becomes = 'echo $$ > "$0/main.new" && mv "$0/main.new" "$0/main"; [ -e "$0/told" ] && exit 143; exec "$@"';

/**
 * The supervisor: claims the folder (only one ever can, so a run is never started twice), writes down its process id
 * before the program starts, and the exit code after it. It outlives the signals that end the program. Its argument $0 is
 * the folder: the proof that a process id is still this run's. At last it ends its whole group: as in a container, what
 * the program has left running does not outlive it.
 *
 * Between the fork and the exec a shell swallows a signal that it traps. So who asks for the end leaves a note first
 * (`told`), and a second shell, which traps nothing, looks for it before it becomes the program.
 */
const supervisor = `
mkdir "$0/claimed" || exit 0
trap : TERM INT HUP
printf '%s' $$ > "$0/pid.new" && mv "$0/pid.new" "$0/pid"
/bin/sh -c '${becomes}' "$0" "$@"
printf '%s' $? > "$0/exit.new" && mv "$0/exit.new" "$0/exit"
kill -9 0
`;

/** Starts the program in a process group of its own; resolves when its process id is on disk. */
export async function launch(folder: string, { command, env, cwd, logFile, onEnd }: Launch): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await mkdir(dirname(logFile), { recursive: true });
  await writeFile(join(folder, 'launched'), new Date().toISOString());
  const log = await open(logFile, 'a');
  try {
    const child = spawn('/bin/sh', ['-c', supervisor, folder, ...command], {
      detached: true,
      cwd,
      env: { ...env },
      stdio: ['ignore', log.fd, log.fd],
    });
    await new Promise((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.once('exit', onEnd);
    child.unref();
    await waitFor(() => existsSync(join(folder, 'pid')) || child.exitCode !== null);
  } finally {
    await log.close();
  }
}

/** Notes that the program could not be started, and why: an end like any other, with a container runtime's code. */
export async function refuse(folder: string, why: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, 'refused'), why);
  await writeFile(join(folder, 'launched'), new Date().toISOString());
  await writeFile(join(folder, 'exit'), '128');
}

/** How a run stands, found out from its folder and the system's table of processes alone. */
export async function inspect(folder: string): Promise<RunState> {
  const startedAt = await read(folder, 'launched');
  if (startedAt === undefined) return { state: 'absent' };
  const ended = await endOf(folder, startedAt);
  if (ended !== undefined) return ended;
  const pid = await pidOf(folder);
  if (pid === undefined) return { state: 'void' };
  if (await isAlive(pid, folder)) return { state: 'running', pid, startedAt };
  // It may have ended between the two looks.
  return (await endOf(folder, startedAt)) ?? { state: 'lost', startedAt };
}

/**
 * Sends a signal to a run, as a kubelet does: to the program itself, which tells its children or not; SIGKILL to all of
 * them. Terraform that is told twice to stop lets go of its state. Nothing happens when the run is not alive.
 */
export async function signalRun(folder: string, signal: NodeJS.Signals): Promise<void> {
  const run = await inspect(folder);
  if (run.state !== 'running') return;
  if (signal !== 'SIGKILL') await writeFile(join(folder, 'told'), signal);
  const main = Number(await read(folder, 'main'));
  const alone = signal !== 'SIGKILL' && main > 0 && (await groupOf(main)) === run.pid;
  try {
    process.kill(alone ? main : -run.pid, signal);
  } catch {
    // It has just ended.
  }
}

/** The process id of the run; makes sure that a supervisor that has not claimed the folder yet never will. */
async function pidOf(folder: string): Promise<number | undefined> {
  const first = await read(folder, 'pid');
  if (first !== undefined) return Number(first);
  const revoked = await mkdir(join(folder, 'claimed')).then(
    () => true,
    () => false,
  );
  if (revoked) return undefined;
  const name = join(folder, 'pid');
  await waitFor(() => existsSync(name), 2000);
  const late = await read(folder, 'pid');
  return late === undefined ? undefined : Number(late);
}

async function endOf(folder: string, startedAt: string): Promise<RunState | undefined> {
  const text = await read(folder, 'exit');
  if (text === undefined) return undefined;
  const { mtime } = await stat(join(folder, 'exit'));
  const refused = await read(folder, 'refused');
  const ended = { state: 'ended', exitCode: Number(text), startedAt, finishedAt: mtime.toISOString() } as const;
  return refused === undefined ? ended : { ...ended, refused };
}

/** Whether the group still has a process of this run. */
async function isAlive(pid: number, folder: string): Promise<boolean> {
  try {
    process.kill(-pid, 0);
  } catch {
    return false;
  }
  const words = await commandLine(pid);
  // The leader may have been killed alone: while its group lives no other group can have its number.
  return words === undefined || words.includes(folder);
}

/** Command line of a process; undefined when there is no such process, empty for one that has ended but is not reaped. */
async function commandLine(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    return await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  }
  const ps = promisify(execFile)('ps', ['-ww', '-o', 'args=', '-p', String(pid)]);
  return await ps.then(({ stdout }) => (stdout.includes('<defunct>') ? '' : stdout)).catch(() => undefined);
}

/** Process group of a process; undefined when there is none of this id. */
async function groupOf(pid: number): Promise<number | undefined> {
  if (process.platform === 'linux') {
    const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
    // The name in brackets may hold spaces; after it come state, parent and group.
    return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(')') + 2).split(' ')[2]);
  }
  const ps = promisify(execFile)('ps', ['-o', 'pgid=', '-p', String(pid)]);
  return await ps.then(({ stdout }) => Number(stdout)).catch(() => undefined);
}

async function read(folder: string, file: string): Promise<string | undefined> {
  return await readFile(join(folder, file), 'utf8').catch(() => undefined);
}

/** Looks every few milliseconds: the wait is for another process, and only while one is being started. */
async function waitFor(done: () => boolean, ms = 10_000): Promise<void> {
  for (const end = Date.now() + ms; !done() && Date.now() < end; )
    await new Promise((resolve) => setTimeout(resolve, 5));
}
