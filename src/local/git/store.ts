import { randomUUID } from 'node:crypto';
import { access, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { git } from './program.ts';

/** Where the bare repository of a legal name lies. */
export function repositoryPath(dataDir: string, name: string): string {
  return join(dataDir, 'git', `${name}.git`);
}

export async function repositoryExists(dataDir: string, name: string): Promise<boolean> {
  return exists(join(repositoryPath(dataDir, name), 'HEAD'));
}

/** Creates an empty repository whose default branch is `main`, unless it is there. Safe when called twice at once. */
export async function createRepository(dataDir: string, name: string): Promise<void> {
  if (await repositoryExists(dataDir, name)) return;
  await publish(dataDir, name, async () => {});
}

/**
 * Builds a repository beside its place (names with a leading dot cannot be reached over HTTP) and moves it there in one
 * step: a kill leaves a whole repository or none. Returns false when another was faster.
 */
export async function publish(dataDir: string, name: string, fill: (path: string) => Promise<void>): Promise<boolean> {
  const temporary = join(dataDir, 'git', `.new-${randomUUID()}`);
  const target = repositoryPath(dataDir, name);
  try {
    await git(['init', '--quiet', '--bare', '--template=', '--initial-branch=main', temporary]);
    await fill(temporary);
    await mkdir(dirname(target), { recursive: true });
    await rename(temporary, target);
    return true;
  } catch (error) {
    if (await repositoryExists(dataDir, name)) return false;
    throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/**
 * A repository that stays empty. It answers what a push to a repository that does not exist asks first, so that asking
 * (or `git push --dry-run`) creates nothing.
 */
export async function emptyRepository(dataDir: string): Promise<string> {
  const path = join(dataDir, 'git', '.empty.git');
  if (!(await exists(join(path, 'HEAD')))) await publish(dataDir, '.empty', async () => {});
  return path;
}

/** Names of all repositories, sorted. */
export async function listRepositories(dataDir: string, folder = ''): Promise<string[]> {
  const entries = await readdir(join(dataDir, 'git', folder), { withFileTypes: true }).catch(() => []);
  const names: string[] = [];
  for (const entry of entries) {
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (path.endsWith('.git')) names.push(path.slice(0, -'.git'.length));
    else names.push(...(await listRepositories(dataDir, path)));
  }
  return names.sort();
}

/**
 * Removes what a `kill -9` may have left: repositories that were never finished, and lock files of refs, which would
 * refuse every later push. Call it before anything is served.
 */
export async function recoverRepositories(dataDir: string): Promise<void> {
  const root = join(dataDir, 'git');
  const entries = await readdir(root).catch(() => []);
  await Promise.all(
    entries
      .filter((name) => name.startsWith('.new-'))
      .map((name) => rm(join(root, name), { recursive: true, force: true })),
  );
  for (const name of await listRepositories(dataDir)) await removeLocks(repositoryPath(dataDir, name));
}

async function removeLocks(path: string): Promise<void> {
  const top = await readdir(path).catch(() => []);
  const refs = await readdir(join(path, 'refs'), { recursive: true }).catch(() => []);
  const locks = [...top, ...refs.map((ref) => join('refs', ref))].filter((file) => file.endsWith('.lock'));
  await Promise.all(locks.map((file) => rm(join(path, file), { force: true })));
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
