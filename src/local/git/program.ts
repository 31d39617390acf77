import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

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

function environment(extra: Record<string, string>): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    ...extra,
  };
}

/** Runs git to its end and returns what it printed, without the last line break. Throws with git's own words. */
export async function git(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  try {
    const { stdout } = await run('git', [...CONFIG, ...args], { env: environment(env), maxBuffer: 64 * 1024 * 1024 });
    return stdout.trimEnd();
  } catch (error) {
    throw explain(error, args);
  }
}

/** Starts git with pipes for input and output; resolves when it runs. */
export async function spawnGit(args: readonly string[], env: Record<string, string> = {}): Promise<ChildProcess> {
  const child = spawn('git', [...CONFIG, ...args], { env: environment(env), stdio: ['pipe', 'pipe', 'pipe'] });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(explain(error, args)));
  });
  return child;
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
