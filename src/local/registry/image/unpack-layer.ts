import { chmod, link, lstat, mkdir, readdir, readlink, realpath, rm, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join, posix, relative } from 'node:path';
import { type TarEntry, tarEntries } from './decompress.ts';

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

/** What all layers of an image together may bring; counted down while they are unpacked. */
export type Budget = { bytes: number; entries: number };

/**
 * Puts a layer over what lies in `root` (OCI image specification, "Layer"): whiteouts remove, the rest replaces.
 *
 * Nothing leaves `root`: names cannot climb out, and a link is written so that it stays inside, seen from `root` as from
 * the `/` of a container. So any path below `root` resolves within it. Owners, devices and set-uid bits are not kept.
 * Rejects before it writes more than the budget.
 */
export async function unpackLayer(root: string, chunks: AsyncIterable<Uint8Array>, budget?: Budget): Promise<void> {
  const layer: LayerState = { root: await realpath(root), fresh: new Set() };
  for await (const entry of tarEntries(chunks)) {
    if (budget !== undefined) spend(budget, entry.header.size ?? 0);
    await unpackEntry(layer, entry);
  }
}

function spend(budget: Budget, size: number): void {
  budget.bytes -= size;
  budget.entries -= 1;
  if (budget.bytes < 0 || budget.entries < 0) throw new Error('the image is too large to be unpacked here');
}

type LayerState = Readonly<{
  root: string;
  /** What this layer brought, with the folders above: its own whiteouts do not remove it. */
  fresh: Set<string>;
}>;

async function unpackEntry(layer: LayerState, entry: TarEntry): Promise<void> {
  const name = posix.join('/', entry.header.name).slice(1).replace(/\/$/, '');
  if (name === '' || name === '.') return;
  const folder = await parentFolder(layer, name);
  const base = basename(name);
  if (base === OPAQUE) return clear(layer, folder);
  if (base.startsWith(WHITEOUT)) return whiteout(layer, folder, base.slice(WHITEOUT.length));
  const path = join(folder, base);
  await write(layer, entry, path);
  for (let at = path; at.length > layer.root.length; at = dirname(at)) layer.fresh.add(at);
}

/** The real folder that an entry goes to, made where it lacks. What is in its way, and no folder, is replaced. */
async function parentFolder(layer: LayerState, name: string): Promise<string> {
  let folder = layer.root;
  for (const part of dirname(name).split('/')) {
    const next = join(folder, part);
    const found = await stat(next).catch(() => undefined);
    if (!found?.isDirectory()) {
      await rm(next, { force: true });
      await mkdir(next);
    }
    folder = await realpath(next);
    if (folder !== layer.root && !folder.startsWith(`${layer.root}/`)) {
      throw new Error(`the layer's entry ${JSON.stringify(name)} leaves the image`);
    }
  }
  return folder;
}

async function write(layer: LayerState, entry: TarEntry, path: string): Promise<void> {
  const { type, mode, linkname } = entry.header;
  if (type === 'directory') return makeFolder(path, mode);
  await rm(path, { recursive: true, force: true });
  if (type === 'file' || type === 'contiguous-file') {
    await entry.save(path);
    await chmod(path, (mode & 0o777) | 0o600);
  } else if (type === 'symlink') {
    await linkInside(layer, path, linkname);
  } else if (type === 'link') {
    await hardLink(layer, path, linkname);
  }
}

async function makeFolder(path: string, mode: number): Promise<void> {
  const there = await lstat(path).catch(() => undefined);
  if (there !== undefined && !there.isDirectory()) await rm(path, { force: true });
  await mkdir(path, { recursive: true });
  await chmod(path, (mode & 0o777) | 0o700);
}

/** Writes a link relative to its place, its target held inside the image. */
async function linkInside(layer: LayerState, path: string, target: string): Promise<void> {
  const folder = dirname(path);
  const from = target.startsWith('/') ? '/' : `/${relative(layer.root, folder)}`;
  const inside = posix.join(from, target);
  await symlink(relative(folder, join(layer.root, inside)) || '.', path);
}

/** A second name of a link is a link of its own: at another depth the same words would lead elsewhere. */
async function hardLink(layer: LayerState, path: string, target: string): Promise<void> {
  const name = posix.join('/', target).slice(1);
  const source = join(await parentFolder(layer, name), basename(name));
  const found = await lstat(source).catch(() => undefined);
  if (found === undefined) throw new Error(`the layer links to ${JSON.stringify(target)}, which is not there`);
  if (!found.isSymbolicLink()) return link(source, path);
  const inside = relative(layer.root, join(dirname(source), await readlink(source)));
  await linkInside(layer, path, `/${inside}`);
}

async function whiteout(layer: LayerState, folder: string, name: string): Promise<void> {
  if (!['', '.', '..'].includes(name)) await removeOlder(layer, join(folder, name));
}

async function clear(layer: LayerState, folder: string): Promise<void> {
  for (const name of await readdir(folder)) await removeOlder(layer, join(folder, name));
}

async function removeOlder(layer: LayerState, path: string): Promise<void> {
  if (!layer.fresh.has(path)) return rm(path, { recursive: true, force: true });
  if ((await lstat(path)).isDirectory()) await clear(layer, path);
}
