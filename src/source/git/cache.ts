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

/** Removes caches that nobody used for `maxAgeMs`; returns how many. */
export async function pruneFolders(cacheDir: string, maxAgeMs: number, now: number): Promise<number> {
  let removed = 0;
  for (const name of await names(cacheDir)) {
    const folder = join(cacheDir, name);
    const used = await stat(folder).catch(() => undefined);
    if (used === undefined || now - used.mtimeMs <= maxAgeMs) continue;
    await rm(folder, { recursive: true, force: true });
    removed++;
  }
  return removed;
}

async function names(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
