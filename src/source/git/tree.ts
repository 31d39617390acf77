import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { posix } from 'node:path';
import git, { type TreeEntry } from 'isomorphic-git';
import { raise } from '../http/failure.ts';
import { repository } from './failures.ts';
import type { GitFact, GitFile, Job } from './protocol.ts';

const maxLinks = 40;
const symlink = '120000';
const lfs = 'version https://git-lfs.github.com/spec/v1';
const text = new TextDecoder();

/** A place in the commit: `path` from its root. */
type Place = Readonly<{ path: string; oid: string; type: 'tree' | 'blob' | 'commit'; mode: string }>;
/** A file to be read: `path` from the path that was asked for. */
type Found = Readonly<{ path: string; mode: number; oid: string }>;

/**
 * Reads the files under one path of a commit in a cache repository. Symlinks that stay inside the repository are
 * followed, as Helm does; whatever a checkout could turn against us or would lack is refused by name: links that leave
 * the repository, names such as `..`, submodules, LFS pointers. Throws failures.
 */
export async function readTree(job: Job, commit: string): Promise<GitFact> {
  const reader = new TreeReader(job, commit);
  const entry = await reader.locate(normalise(job), 0);
  if (entry !== undefined) await reader.collect(entry, entry.type === 'tree' ? '' : posix.basename(entry.path), 0);
  const found = reader.found.sort((a, b) => (a.path < b.path ? -1 : 1));
  const hash = createHash('sha256');
  for (const { path, mode, oid } of found) hash.update(`${mode.toString(8)} ${oid} ${path}\0`);
  return {
    commit,
    digest: `sha256:${hash.digest('hex')}`,
    files: await reader.read(found),
    ...(entry === undefined ? { missing: true, beside: reader.beside } : { missing: false }),
  };
}

function normalise({ path, url }: Job): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) {
    const message = `the path "${path}" in ${repository(url)} holds ".."; give it from the repository's root`;
    raise('invalid', 'PathNotFound', message);
  }
  return parts.join('/');
}

class TreeReader {
  readonly where: string;
  readonly found: Found[] = [];
  /** Where a path ends that leads nowhere: what there is instead. */
  beside: readonly string[] = [];
  readonly #job: Job;
  readonly #commit: string;
  /** The library's: what it has unpacked once. Lives as long as this reader. */
  readonly #cache = {};

  constructor(job: Job, commit: string) {
    this.#job = job;
    this.#commit = commit;
    this.where = `${repository(job.url)} at ${commit.slice(0, 12)}`;
  }

  /** What lies at a path from the root; follows links in every part of it, as a file system does. */
  async locate(path: string, links: number): Promise<Place | undefined> {
    const { commit } = await git.readCommit(this.#object(this.#commit));
    let place: Place = { path: '', oid: commit.tree, type: 'tree', mode: '040000' };
    for (const part of path === '' ? [] : path.split('/')) {
      if (place.type === 'commit') refuseSubmodule(this.where, place.path);
      if (place.type !== 'tree') return undefined;
      const entries: TreeEntry[] = await this.#list(place.oid);
      const entry = entries.find(({ path: name }) => name === part);
      if (entry === undefined) this.beside = entries.map(({ path: name }) => posix.join(place.path, name));
      if (entry === undefined) return undefined;
      const step = placeOf(place.path, entry, this.where);
      const target = step.mode === symlink ? await this.#follow(step, links) : step;
      if (target === undefined) return undefined;
      place = target;
    }
    return place;
  }

  /** Notes the files at a place and below it; `path` is where they shall lie. */
  async collect(place: Place, path: string, links: number): Promise<void> {
    const { maxFiles } = this.#job.limits;
    if (place.type === 'commit') refuseSubmodule(this.where, place.path);
    if (place.type === 'blob') {
      if (this.found.length === maxFiles) this.#tooLarge(`more than ${maxFiles} files`);
      this.found.push({ path, mode: Number.parseInt(place.mode, 8), oid: place.oid });
      return;
    }
    for (const entry of await this.#list(place.oid)) {
      const below = placeOf(place.path, entry, this.where);
      const isLink = below.mode === symlink;
      const target = isLink ? await this.#follow(below, links) : below;
      if (target === undefined) {
        raise('invalid', 'BrokenSymlink', `${this.where}: the symlink "${below.path}" leads nowhere; remove it`);
      }
      await this.collect(target, path === '' ? entry.path : `${path}/${entry.path}`, links + (isLink ? 1 : 0));
    }
  }

  async read(found: readonly Found[]): Promise<GitFile[]> {
    const files: GitFile[] = [];
    let total = 0;
    for (const { path, mode, oid } of found) {
      const bytes = await this.#blob(oid);
      total += bytes.byteLength;
      if (total > this.#job.limits.maxBytes) this.#tooLarge(`more than ${this.#job.limits.maxBytes} bytes`);
      if (bytes.byteLength < 1024 && text.decode(bytes.subarray(0, lfs.length)) === lfs) {
        const remedy = 'which is not read; commit the file itself';
        raise('invalid', 'LfsNotSupported', `${this.where}: the file "${path}" lies in Git LFS, ${remedy}`);
      }
      // A copy of its own: the library's may share memory with its pack, which must not travel along.
      files.push({ path, mode, bytes: Uint8Array.from(bytes) });
    }
    return files;
  }

  async #follow(link: Place, links: number): Promise<Place | undefined> {
    const target = text.decode(await this.#blob(link.oid));
    const path = posix.normalize(posix.join(posix.dirname(link.path), target));
    const named = `${this.where}: the symlink "${link.path}"`;
    if (posix.isAbsolute(target) || path === '..' || path.startsWith('../')) {
      const message = `${named} leads to "${target}", outside the repository; remove it`;
      raise('invalid', 'SymlinkLeavesRepository', message);
    }
    if (links >= maxLinks) raise('invalid', 'SymlinkLoop', `${named} leads in a circle; remove it`);
    return this.locate(path === '.' ? '' : path.replace(/\/$/, ''), links + 1);
  }

  #object(oid: string) {
    return { fs, gitdir: this.#job.gitdir, oid, cache: this.#cache };
  }

  async #blob(oid: string): Promise<Uint8Array> {
    return (await git.readBlob(this.#object(oid))).blob;
  }

  async #list(oid: string): Promise<TreeEntry[]> {
    try {
      return (await git.readTree(this.#object(oid))).tree;
    } catch (error) {
      const { code, data } = error as { code?: string; data?: { filepath?: string } };
      if (code === 'UnsafeFilepathError') refuseName(this.where, data?.filepath ?? '');
      throw error;
    }
  }

  #tooLarge(what: string): never {
    const message = `${this.where}: the path "${this.#job.path}" holds ${what}; give a smaller folder`;
    return raise('invalid', 'PathTooLarge', message);
  }
}

function placeOf(parent: string, entry: TreeEntry, where: string): Place {
  const name = entry.path;
  const path = parent === '' ? name : `${parent}/${name}`;
  if (name === '' || name === '.' || name === '..' || name.toLowerCase() === '.git' || /[/\\\0]/.test(name)) {
    refuseName(where, path);
  }
  return { path, oid: entry.oid, type: entry.type, mode: entry.mode };
}

function refuseName(where: string, path: string): never {
  return raise('invalid', 'UnsafeFileName', `${where}: the file name "${path}" is refused; rename or remove it`);
}

function refuseSubmodule(where: string, path: string): never {
  const message = `${where}: "${path}" is a submodule, which is not read; name its repository itself`;
  return raise('invalid', 'SubmoduleNotSupported', message);
}
