import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileSize } from './files.ts';
import type { Layout } from './layout.ts';

/** A repository is there as soon as a manifest was pushed to it. */
export async function repositoryKnown(layout: Layout, name: string): Promise<boolean> {
  return (await fileSize(join(layout.repository(name), '_manifests'))) !== undefined;
}

/** Names of all repositories, sorted by code units. */
export async function listRepositories(layout: Layout): Promise<string[]> {
  return (await walk(join(layout.root, 'repositories'), '')).sort();
}

async function walk(root: string, name: string): Promise<string[]> {
  const entries = await readdir(join(root, name), { withFileTypes: true }).catch(() => []);
  const own = name !== '' && entries.some((entry) => entry.name === '_manifests') ? [name] : [];
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('_'));
  const below = await Promise.all(
    folders.map((entry) => walk(root, name === '' ? entry.name : `${name}/${entry.name}`)),
  );
  return [...own, ...below.flat()];
}
