import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from './local-server.ts';

const run = promisify(execFile);

const ENVIRONMENT = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'Test',
  GIT_AUTHOR_EMAIL: 'test@localhost',
  GIT_COMMITTER_NAME: 'Test',
  GIT_COMMITTER_EMAIL: 'test@localhost',
};

/** Stock git as a user has it, in a folder. Returns what it printed on both outputs. */
export async function userGit(folder: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, ...ENVIRONMENT };
  const { stdout, stderr } = await run('git', ['-C', folder, ...args], { env, maxBuffer: 64 * 1024 * 1024 });
  return `${stdout}${stderr}`.trim();
}

/** A work tree with one commit on a branch. */
export async function workTree(branch = 'main'): Promise<string> {
  const folder = await temporaryFolder();
  await userGit(folder, 'init', '--quiet', `--initial-branch=${branch}`);
  await commit(folder, 'first');
  return folder;
}

/** Commits one changed file, and returns the commit's id. */
export async function commit(folder: string, content: string | Uint8Array, file = 'file'): Promise<string> {
  await writeFile(join(folder, file), content);
  await userGit(folder, 'add', '--all');
  await userGit(folder, 'commit', '--quiet', '--message', `change of ${file}`);
  return userGit(folder, 'rev-parse', 'HEAD');
}
