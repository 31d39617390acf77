import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { access, readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Program, type ProgramOptions } from './program.ts';

const exec = promisify(execFile);

/** `alustan local` as a process of its own, started, watched and ended as a person does it in a terminal. */
export class LocalProcess extends Program {
  readonly dataDir: string;

  private constructor(dataDir: string, args: readonly string[], options: ProgramOptions) {
    super(['local', '--data-dir', dataDir, ...args], options);
    this.dataDir = dataDir;
  }

  static spawn(dataDir: string, args: readonly string[] = [], options: ProgramOptions = {}): LocalProcess {
    return new LocalProcess(dataDir, args, options);
  }

  /** Resolves when it has said that it runs. */
  static async start(dataDir: string, args: readonly string[] = [], options?: ProgramOptions): Promise<LocalProcess> {
    const local = LocalProcess.spawn(dataDir, args, options);
    await local.says(/Ctrl-C stops/);
    return local;
  }
}

/** Kills the process groups of all runners that a local mode has started: with it, `kill -9` of everything. */
export async function killRunners(dataDir: string): Promise<void> {
  const names = await readdir(join(dataDir, 'pods'), { recursive: true }).catch(() => []);
  for (const name of names.filter((path) => path.endsWith('/pid'))) {
    const folder = join(dataDir, 'pods', name, '..');
    if (await exists(join(folder, 'exit'))) continue;
    try {
      process.kill(-Number(await readFile(join(folder, 'pid'), 'utf8')), 'SIGKILL');
    } catch {
      // It has just ended.
    }
  }
}

/** Command lines of the processes that have to do with a data folder. */
export async function processesOf(dataDir: string): Promise<string[]> {
  const { stdout } = await exec('ps', ['-A', '-ww', '-o', 'pid=,args='], { maxBuffer: 1 << 26 });
  return stdout.split('\n').filter((line) => line.includes(dataDir));
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

export function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
