import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { posix } from 'node:path';
import git, { type TreeEntry } from 'isomorphic-git';
import { raise } from '../http/failure.ts';
import { repository } from './failures.ts';
import type { GitFile, ReadJob, Tree } from './protocol.ts';

const maxLinks = 40;
const symlink = '120000';
const lfs = 'version https://git-lfs.github.com/spec/v1';
const text = new TextDecoder();

type Found = Readonly<{ path: string; mode: number; oid: string }>;

/**
 * Reads the files under one path of a commit in a cache repository. Symlinks that stay inside the repository are
 * followed, as Helm does; whatever a checkout could turn against us or would lack is refused by name: links that leave
 * the repository, names such as `..`, submodules, LFS pointers.
 */
export async function readTree(job: ReadJob): Promise<Tree> {
  const reader = createReader(job);
  const entry = await reader.locate(normalise(job), 0);
  if (entry === undefined)
    raise('invalid', 'PathNotFound', `${reader.where} has no path "${job.path}"; check the path`);
  const found: Found[] = [];
  await reader.collect(entry, entry.type === 'tree' ? '' : posix.basename(entry.path), 0, found);
  found.sort((a, b) => (a.path < b.path ? -1 : 1));
  const hash = createHash('sha256');
  for (const { path, mode, oid } of found) hash.update(`${mode.toString(8)} ${oid} ${path}\0`);
  return { digest: `sha256:${hash.digest('hex')}`, files: await reader.read(found) };
}

function normalise({ path, url }: ReadJob): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) {
    raise(
      'invalid',
      'PathNotFound',
      `the path "${path}" in ${repository(url)} holds ".."; give it from the repository's root`,
    );
  }
  return parts.join('/');
}

/** A place in the commit: `path` from its root. */
type Place = Readonly<{ path: string; oid: string; type: 'tree' | 'blob' | 'commit'; mode: string }>;

function createReader(job: ReadJob) {
  const where = `${repository(job.url)} at ${job.commit.slice(0, 12)}`;
  const cache = {};
  const { gitdir } = job;
  const blob = async (oid: string) => (await git.readBlob({ fs, gitdir, oid, cache })).blob;
  const list = async (oid: string) => {
    const read = await git.readTree({ fs, gitdir, oid, cache }).catch((error: unknown) => {
      const { code, data } = error as { code?: string; data?: { filepath?: string } };
      if (code === 'UnsafeFilepathError') refuseName(where, data?.filepath ?? '');
      throw error;
    });
    return read.tree;
  };
  const total = { files: 0, bytes: 0 };

  /** Follows links in every part of the path, as a file system does. */
  const locate = async (path: string, links: number): Promise<Place | undefined> => {
    const { commit } = await git.readCommit({ fs, gitdir, oid: job.commit, cache });
    let place: Place = { path: '', oid: commit.tree, type: 'tree', mode: '040000' };
    for (const part of path === '' ? [] : path.split('/')) {
      if (place.type === 'commit') refuseSubmodule(where, place.path);
      if (place.type !== 'tree') return undefined;
      const next: TreeEntry | undefined = (await list(place.oid)).find((entry) => entry.path === part);
      if (next === undefined) return undefined;
      const step = placeOf(place.path, next, where);
      const target = step.mode === symlink ? await follow(step, links) : step;
      if (target === undefined) return undefined;
      place = target;
    }
    return place;
  };

  const follow = async (link: Place, links: number): Promise<Place | undefined> => {
    const target = text.decode(await blob(link.oid));
    const path = posix.normalize(posix.join(posix.dirname(link.path), target));
    if (posix.isAbsolute(target) || path === '..' || path.startsWith('../')) {
      raise(
        'invalid',
        'SymlinkLeavesRepository',
        `${where}: the symlink "${link.path}" leads to "${target}", outside the repository; remove it`,
      );
    }
    if (links >= maxLinks)
      raise('invalid', 'SymlinkLoop', `${where}: the symlink "${link.path}" leads in a circle; remove it`);
    return locate(path === '.' ? '' : path.replace(/\/$/, ''), links + 1);
  };

  const collect = async (place: Place, path: string, links: number, found: Found[]): Promise<void> => {
    if (place.type === 'commit') refuseSubmodule(where, place.path);
    if (place.type === 'blob') {
      if (++total.files > job.limits.maxFiles) tooLarge(`more than ${job.limits.maxFiles} files`);
      found.push({ path, mode: Number.parseInt(place.mode, 8), oid: place.oid });
      return;
    }
    for (const entry of await list(place.oid)) {
      const below = placeOf(place.path, entry, where);
      const isLink = below.mode === symlink;
      const target = isLink ? await follow(below, links) : below;
      if (target === undefined)
        raise('invalid', 'BrokenSymlink', `${where}: the symlink "${below.path}" leads nowhere; remove it`);
      await collect(target, path === '' ? entry.path : `${path}/${entry.path}`, links + (isLink ? 1 : 0), found);
    }
  };

  const tooLarge = (what: string): never =>
    raise('invalid', 'PathTooLarge', `${where}: the path "${job.path}" holds ${what}; give a smaller folder`);

  const read = async (found: readonly Found[]): Promise<GitFile[]> => {
    const files: GitFile[] = [];
    for (const { path, mode, oid } of found) {
      const bytes = await blob(oid);
      total.bytes += bytes.byteLength;
      if (total.bytes > job.limits.maxBytes) tooLarge(`more than ${job.limits.maxBytes} bytes`);
      if (bytes.byteLength < 1024 && text.decode(bytes.subarray(0, lfs.length)) === lfs) {
        raise(
          'invalid',
          'LfsNotSupported',
          `${where}: the file "${path}" lies in Git LFS, which is not read; commit the file itself`,
        );
      }
      // A copy of its own: the library's may share memory with its pack, which must not travel along.
      files.push({ path, mode, bytes: Uint8Array.from(bytes) });
    }
    return files;
  };

  return { where, locate, collect, read };
}

function placeOf(parent: string, entry: TreeEntry, where: string): Place {
  const name = entry.path;
  if (name === '' || name === '.' || name === '..' || name.toLowerCase() === '.git' || /[/\\\0]/.test(name)) {
    refuseName(where, parent === '' ? name : `${parent}/${name}`);
  }
  return { path: parent === '' ? name : `${parent}/${name}`, oid: entry.oid, type: entry.type, mode: entry.mode };
}

function refuseSubmodule(where: string, path: string): never {
  return raise(
    'invalid',
    'SubmoduleNotSupported',
    `${where}: "${path}" is a submodule, which is not read; name its repository itself`,
  );
}

function refuseName(where: string, path: string): never {
  return raise('invalid', 'UnsafeFileName', `${where}: the file name "${path}" is refused; rename or remove it`);
}
