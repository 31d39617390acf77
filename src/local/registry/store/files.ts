import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Moves a whole file to its place: a reader, or a process started after a `kill -9`, sees the old one or the new one. */
export async function moveInto(temporary: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await rename(temporary, path);
}

/** Writes a small file in one step (see `moveInto`). */
export async function writeWhole(temporary: string, path: string, data: string | Uint8Array): Promise<void> {
  await mkdir(dirname(temporary), { recursive: true });
  await writeFile(temporary, data);
  await moveInto(temporary, path);
}

/** Bytes, or undefined when there is no such file. */
export async function fileSize(path: string): Promise<number | undefined> {
  return (await unlessAbsent(stat(path)))?.size;
}

export async function readText(path: string): Promise<string | undefined> {
  return unlessAbsent(readFile(path, 'utf8'));
}

/** Names in a folder in the order of their code units; none when there is no such folder. */
export async function listNames(path: string): Promise<string[]> {
  return ((await unlessAbsent(readdir(path))) ?? []).sort();
}

/** Returns whether there was something to remove. */
export async function remove(path: string): Promise<boolean> {
  return (await unlessAbsent(rm(path).then(() => true))) ?? false;
}

async function unlessAbsent<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
