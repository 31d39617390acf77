import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Git } from './program.ts';
import { Repositories } from './store.ts';

/** Fixed, so that the same folder gives the same commit id on every machine. */
const IDENTITY = {
  GIT_AUTHOR_NAME: 'Alustan',
  GIT_AUTHOR_EMAIL: 'alustan@localhost',
  GIT_AUTHOR_DATE: '2024-01-01T00:00:00Z',
  GIT_COMMITTER_NAME: 'Alustan',
  GIT_COMMITTER_EMAIL: 'alustan@localhost',
  GIT_COMMITTER_DATE: '2024-01-01T00:00:00Z',
};

export type Seed = Readonly<{
  dataDir: string;
  name: string;
  folder: string;
  message: string;
  /** For the program git: where it is found. */
  env: NodeJS.ProcessEnv;
}>;

/** Makes a repository of one commit on `main` that holds the folder. Does nothing, and returns false, when it exists. */
export async function seedRepository(seed: Seed): Promise<boolean> {
  const git = new Git(seed.env);
  const repositories = new Repositories(seed.dataDir, git);
  if (await repositories.has(seed.name)) return false;
  return repositories.publish(seed.name, (path) => commitFolder(git, path, resolve(seed.folder), seed.message));
}

async function commitFolder(git: Git, path: string, folder: string, message: string): Promise<void> {
  const index = join(tmpdir(), `alustan-index-${randomUUID()}`);
  const env = { ...IDENTITY, GIT_DIR: resolve(path), GIT_WORK_TREE: folder, GIT_INDEX_FILE: index };
  try {
    await git.run(['-C', folder, 'add', '--all', '--force', '.'], env);
    const tree = await git.run(['write-tree'], env);
    const commit = await git.run(['commit-tree', '-m', message, tree], env);
    await git.run(['update-ref', 'refs/heads/main', commit], env);
  } finally {
    await rm(index, { force: true });
  }
}
