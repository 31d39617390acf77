import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

const exec = promisify(execFile);

/**
 * The service is the same whatever the user's own git configuration says: neither system nor global files are read, no
 * hook runs, and no `gc` is left behind in the background.
 */
const CONFIG = [
  'safe.directory=*',
  'core.hooksPath=/dev/null',
  'gc.auto=0',
  'maintenance.auto=false',
  'receive.autogc=false',
  'receive.denyDeleteCurrent=ignore',
  'uploadpack.allowFilter=true',
  'uploadpack.allowAnySHA1InWant=true',
].flatMap((setting) => ['-c', setting]);

/** git, for one user's environment. */
export class Git {
  readonly #env: NodeJS.ProcessEnv;

  constructor(env: NodeJS.ProcessEnv) {
    const kept = Object.entries(env).filter(([name]) => !name.startsWith('GIT_'));
    this.#env = {
      ...Object.fromEntries(kept),
      LC_ALL: 'C',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_TERMINAL_PROMPT: '0',
    };
  }

  /** Runs git to its end and returns what it printed, without the last line break. Throws with git's own words. */
  async run(args: readonly string[], extra: Record<string, string> = {}): Promise<string> {
    const env = { ...this.#env, ...extra };
    try {
      const { stdout } = await exec('git', [...CONFIG, ...args], { env, maxBuffer: 64 * 1024 * 1024 });
      return stdout.trimEnd();
    } catch (error) {
      throw explain(error, args);
    }
  }

  /** Starts git with pipes for input and output; resolves when it runs. */
  async start(args: readonly string[], extra: Record<string, string> = {}): Promise<ChildProcess> {
    const child = spawn('git', [...CONFIG, ...args], {
      env: { ...this.#env, ...extra },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) => reject(explain(error, args)));
    });
    return child;
  }
}

function explain(error: unknown, args: readonly string[]): Error {
  const { code, stderr } = error as { code?: unknown; stderr?: string };
  if (code === 'ENOENT') {
    return new Error('the program git was not found in PATH: local mode serves repositories with it, install git', {
      cause: error,
    });
  }
  return new Error(`git ${args[0] ?? ''} failed: ${stderr?.trim() || String(error)}`, { cause: error });
}
