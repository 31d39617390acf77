import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, readFile, readlink, realpath, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../test/support/local-server.ts';
import { unpackLayer } from './unpack-layer.ts';

type Item = Partial<Header> & { name: string; data?: string };

async function layer(...items: Item[]): Promise<Buffer> {
  const tar = pack();
  for (const { data = '', ...header } of items) tar.entry(header, data);
  tar.finalize();
  const parts: Buffer[] = [];
  for await (const part of tar as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}

async function* chunks(data: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < data.length; at += 300) yield data.subarray(at, at + 300);
}

/** A root for the image, in a folder with a file beside it that nothing may touch. */
async function place() {
  const around = await temporaryFolder();
  const root = join(around, 'root');
  await mkdir(root);
  await writeFile(join(around, 'outside'), 'untouched');
  const unpack = async (...items: Item[]) => unpackLayer(root, chunks(await layer(...items)));
  return { around, root, unpack };
}

const link = (name: string, linkname: string): Item => ({ name, type: 'symlink', linkname });
const file = (name: string, data = name): Item => ({ name, data });

describe('layers over one another', () => {
  it('replace files, keep folders, and whiteouts remove', async () => {
    const { root, unpack } = await place();
    await unpack(file('a/one'), file('a/two'), file('b/old'), file('c'), { name: 'd', type: 'directory' });
    await unpack(
      file('a/one', 'new'),
      file('a/.wh.two', ''),
      file('.wh.b', ''),
      file('c/now-a-folder'),
      file('d', 'now a file'),
    );
    expect((await readdir(root, { recursive: true })).sort()).toEqual(['a', 'a/one', 'c', 'c/now-a-folder', 'd']);
    expect(await readFile(join(root, 'a/one'), 'utf8')).toBe('new');
  });

  it('an opaque whiteout hides what was below, not what its own layer brings', async () => {
    const { root, unpack } = await place();
    await unpack(file('a/old'), file('a/deep/old'), file('b'));
    await unpack(file('a/deep/new'), file('a/.wh..wh..opq', ''), file('a/after'));
    expect((await readdir(root, { recursive: true })).sort()).toEqual(['a', 'a/after', 'a/deep', 'a/deep/new', 'b']);
  });

  it('keep what may be run, and drop set-uid, devices and pipes', async () => {
    const { root, unpack } = await place();
    await unpack(
      { name: 'run', mode: 0o4755, data: '#!' },
      { name: 'closed', mode: 0o004, data: '' },
      { name: 'device', type: 'character-device', devmajor: 1, devminor: 3 },
      { name: 'pipe', type: 'fifo' },
      { name: 'dir', type: 'directory', mode: 0o555 },
      file('dir/inside'),
    );
    expect((await readdir(root)).sort()).toEqual(['closed', 'dir', 'run']);
    expect((await stat(join(root, 'run'))).mode & 0o7777).toBe(0o755);
    expect((await stat(join(root, 'closed'))).mode & 0o777).toBe(0o604);
  });

  it.each([
    ['plain', (data: Buffer) => data],
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('are read when %s', async (_, compress) => {
    const { root } = await place();
    await unpackLayer(root, chunks(compress(await layer(file('x')))));
    expect(await readFile(join(root, 'x'), 'utf8')).toBe('x');
  });

  it.each([
    ['cut off', (data: Buffer) => data.subarray(0, 700)],
    ['cut off in gzip', (data: Buffer) => gzipSync(data).subarray(0, 60)],
    ['no tar', () => Buffer.alloc(2_000, 'x')],
  ])('fail when %s', async (_, spoil) => {
    const { root } = await place();
    const broken = spoil(await layer(file('x', 'y'.repeat(400)), file('z')));
    await expect(unpackLayer(root, chunks(broken))).rejects.toThrow();
  });

  it('fail with the error of their source', async () => {
    const { root } = await place();
    const whole = await layer(file('x', createHash('sha512').update('').digest('hex')));
    async function* failing() {
      yield whole.subarray(0, 600);
      throw new Error('the registry went away');
    }
    await expect(unpackLayer(root, failing())).rejects.toThrow('the registry went away');
  });
});

describe('a layer never leaves its root', () => {
  it.each([
    ['climbs', [file('../outside', 'bad')]],
    ['climbs from within', [file('a/../../outside', 'bad')]],
    ['is absolute', [file('/outside', 'bad')]],
    ['goes through a link that climbs', [link('l', '..'), file('l/outside', 'bad')]],
    [
      'goes through a chain of links',
      [link('a', '..'), link('b', 'a/..'), file('b/outside', 'bad'), file('b/root/outside', 'bad')],
    ],
    ['writes onto a link to a file', [link('outside', '../outside'), file('outside', 'bad')]],
    ['links hard to what is outside', [file('x'), { name: 'y', type: 'link', linkname: 'x' }, link('z', '../outside')]],
    ['whites out what is outside', [file('.wh...', ''), file('a/.wh...', ''), file('../.wh.outside', '')]],
    ['whites out through a link', [link('l', '..'), file('l/.wh.outside', ''), file('l/.wh..wh..opq', '')]],
  ] as [string, Item[]][])('also when it %s', async (_, items) => {
    const { around, root, unpack } = await place();
    await unpack(...items).catch(() => {});
    expect((await readdir(around)).sort()).toEqual(['outside', 'root']);
    expect(await readFile(join(around, 'outside'), 'utf8')).toBe('untouched');
    // With types, since without them Node follows links to folders, here in circles.
    for (const { parentPath, name } of await readdir(root, { recursive: true, withFileTypes: true })) {
      const real = await realpath(join(parentPath, name)).catch(() => root);
      expect(`${real}/`.startsWith(`${await realpath(root)}/`)).toBe(true);
    }
  });

  it('links to what is outside by no hard link', async () => {
    const { around, unpack } = await place();
    const attempt = unpack({ name: 'y', type: 'link', linkname: '../outside' });
    await expect(attempt).rejects.toThrow('links to "../outside", which is not there');
    expect((await stat(join(around, 'outside'))).nlink).toBe(1);
  });

  it.each([
    { at: 'lib', target: 'usr/lib', becomes: 'usr/lib' },
    { at: 'usr/bin/sh', target: '/bin/busybox', becomes: '../../bin/busybox' },
    { at: 'usr/lib/x.so', target: 'x.so.1', becomes: 'x.so.1' },
    { at: 'usr/lib/up', target: '../../../../../etc', becomes: '../../etc' },
    { at: 'usr/self', target: '.', becomes: '.' },
    { at: 'root', target: '/', becomes: '.' },
    { at: 'usr/lib/root', target: '/', becomes: '../..' },
  ])('the link $at to $target is written as $becomes', async ({ at, target, becomes }) => {
    const { root, unpack } = await place();
    await unpack({ name: 'usr/lib', type: 'directory' }, { name: 'usr/bin', type: 'directory' }, link(at, target));
    expect(await readlink(join(root, at))).toBe(becomes);
  });

  it('a hard link to a link still points to the same place, at another depth', async () => {
    const { root, unpack } = await place();
    await unpack(file('etc/conf'), link('a/b/l', '../../etc/conf'), { name: 'top', type: 'link', linkname: 'a/b/l' });
    expect((await lstat(join(root, 'top'))).isSymbolicLink()).toBe(true);
    expect(await readFile(join(root, 'top'), 'utf8')).toBe('etc/conf');
  });

  it('links made by others in the folder before are not followed out', async () => {
    const { around, root, unpack } = await place();
    const { symlink } = await import('node:fs/promises');
    await symlink(around, join(root, 'escape'));
    await expect(unpack(file('escape/outside', 'bad'))).rejects.toThrow(/leaves the image/);
    await chmod(root, 0o755);
    expect(await readFile(join(around, 'outside'), 'utf8')).toBe('untouched');
  });
});
