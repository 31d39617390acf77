import { readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../../core/hash.ts';
import type { GitRef } from './reference.ts';

/** Packs in one cache repository after which it is begun anew: each fetch adds one and nothing ever leaves. */
const maxPacks = 50;

/** The folder of a repository's cache. Others' credentials have another folder: nobody reads what they could not fetch. */
export function cacheFolder(cacheDir: string, { url, credentials }: GitRef): string {
  return join(cacheDir, sha256(JSON.stringify([url, credentials?.id ?? ''])).slice(0, 40));
}

/** Notes that the folder is in use, and empties it when it has grown old. */
export async function touchFolder(folder: string): Promise<void> {
  const packs = (await names(join(folder, 'objects', 'pack'))).filter((name) => name.endsWith('.pack'));
  if (packs.length > maxPacks) await rm(folder, { recursive: true, force: true });
  const now = new Date();
  await utimes(folder, now, now).catch(() => undefined);
}

/** What the cache may keep. */
export type Bounds = Readonly<{
  /** Milliseconds without use. */
  maxAgeMs: number;
  /** Bytes on disk; what is in use may be more. */
  maxBytes: number;
}>;

type Cached = Readonly<{ folder: string; usedAt: number; bytes: number }>;

/**
 * Removes what nobody has used for long, and then, the longest unused first, what is too much; never a folder that is
 * in use. Returns how many.
 */
export async function pruneFolders(
  cacheDir: string,
  { maxAgeMs, maxBytes }: Bounds,
  now: number,
  isInUse: (folder: string) => boolean,
): Promise<number> {
  const folders = await Promise.all((await names(cacheDir)).map((name) => look(join(cacheDir, name))));
  const oldestFirst = folders.flat().sort((a, b) => a.usedAt - b.usedAt);
  let bytes = oldestFirst.reduce((sum, cached) => sum + cached.bytes, 0);
  let removed = 0;
  for (const cached of oldestFirst) {
    if ((now - cached.usedAt <= maxAgeMs && bytes <= maxBytes) || isInUse(cached.folder)) continue;
    await rm(cached.folder, { recursive: true, force: true });
    bytes -= cached.bytes;
    removed += 1;
  }
  return removed;
}

/** Nothing where it has gone meanwhile. */
async function look(folder: string): Promise<Cached[]> {
  const used = await stat(folder).catch(() => undefined);
  if (used === undefined) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return [{ folder, usedAt: used.mtimeMs, bytes: sizes.reduce((sum, size) => sum + size, 0) }];
}

async function names(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
