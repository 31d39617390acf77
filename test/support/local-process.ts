import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './shop.ts';

const exec = promisify(execFile);

/** Environment and main file, where they are not this process's and the sources'. */
type Program = Readonly<{ env?: NodeJS.ProcessEnv; main?: string }>;

/** `alustan local` as a process of its own, started, watched and ended as a person does it in a terminal. */
export class LocalProcess {
  readonly child: ChildProcess;
  readonly dataDir: string;
  output = '';
  readonly #ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  #heard: () => void = () => undefined;

  private constructor(dataDir: string, args: readonly string[], { env, main }: Program) {
    this.dataDir = dataDir;
    const command = [main ?? 'src/main.ts', 'local', '--data-dir', dataDir, ...args];
    this.child = spawn(process.execPath, command, {
      cwd: root,
      env: env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#ended = once(this.child, 'close').then(([code, signal]) => ({ code, signal }));
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
        this.#heard();
      });
    }
    void this.#ended.then(() => this.#heard());
  }

  static spawn(dataDir: string, args: readonly string[] = [], program: Program = {}): LocalProcess {
    return new LocalProcess(dataDir, args, program);
  }

  /** Resolves when it has said that it runs. */
  static async start(dataDir: string, args: readonly string[] = [], program: Program = {}): Promise<LocalProcess> {
    const local = LocalProcess.spawn(dataDir, args, program);
    await local.says(/Ctrl-C stops/);
    return local;
  }

  /** Resolves when its output matches; rejects, with the output, when it ends before. */
  says(pattern: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (pattern.test(this.output)) resolve();
        else if (this.child.exitCode !== null || this.child.signalCode !== null) reject(new Error(this.output));
      };
      this.#heard = look;
      look();
    });
  }

  /** Sends a signal and waits for the end. */
  async end(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null; ms: number }> {
    const start = performance.now();
    this.child.kill(signal);
    return { ...(await this.#ended), ms: performance.now() - start };
  }

  get ended(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    return this.#ended;
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
