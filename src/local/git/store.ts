import { randomUUID } from 'node:crypto';
import { access, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Git } from './program.ts';

/** The bare repositories under `<data-dir>/git`. Names are those that `parseRepositoryName` lets pass. */
export class Repositories {
  readonly git: Git;
  readonly #root: string;

  constructor(dataDir: string, git: Git) {
    this.#root = join(dataDir, 'git');
    this.git = git;
  }

  path(name: string): string {
    return join(this.#root, `${name}.git`);
  }

  async has(name: string): Promise<boolean> {
    return exists(join(this.path(name), 'HEAD'));
  }

  /** Creates an empty repository whose default branch is `main`, unless it is there. Safe when called twice at once. */
  async create(name: string): Promise<void> {
    if (!(await this.has(name))) await this.publish(name, async () => {});
  }

  /**
   * Builds a repository beside its place (names with a leading dot cannot be reached over HTTP) and moves it there in one
   * step: a kill leaves a whole repository or none. Returns false when another was faster.
   */
  async publish(name: string, fill: (path: string) => Promise<void>): Promise<boolean> {
    const temporary = join(this.#root, `.new-${randomUUID()}`);
    const target = this.path(name);
    try {
      await this.git.run(['init', '--quiet', '--bare', '--template=', '--initial-branch=main', temporary]);
      await fill(temporary);
      await mkdir(dirname(target), { recursive: true });
      await rename(temporary, target);
      return true;
    } catch (error) {
      if (await this.has(name)) return false;
      throw error;
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  }

  /**
   * Path of a repository that stays empty. It answers what a push to a repository that does not exist asks first, so that
   * asking (or `git push --dry-run`) creates nothing.
   */
  async empty(): Promise<string> {
    await this.create('.empty');
    return this.path('.empty');
  }

  /** Names of all repositories, sorted. */
  async list(): Promise<string[]> {
    return (await this.#walk('')).sort();
  }

  async #walk(folder: string): Promise<string[]> {
    const entries = await readdir(join(this.#root, folder), { withFileTypes: true }).catch(() => []);
    const names: string[] = [];
    for (const entry of entries) {
      if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (path.endsWith('.git')) names.push(path.slice(0, -'.git'.length));
      else names.push(...(await this.#walk(path)));
    }
    return names;
  }

  /**
   * Removes what a `kill -9` may have left: repositories that were never finished, and lock files of refs, which would
   * refuse every later push. Call it before anything is served.
   */
  async recover(): Promise<void> {
    await mkdir(this.#root, { recursive: true });
    for (const name of await readdir(this.#root)) {
      if (name.startsWith('.new-')) await rm(join(this.#root, name), { recursive: true, force: true });
    }
    for (const name of await this.list()) await removeLocks(this.path(name));
  }
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
