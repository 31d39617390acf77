import { existsSync } from 'node:fs';
import { mkdir, readdir, readlink, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../../../test/support/local-server.ts';
import { toHost } from './image-paths.ts';
import { imagePath, linkTools } from './tools.ts';
import { isUsable } from './usable.ts';

/** The first bytes of an ELF file, with one program header of this type. */
function elf(machine: number, header: number): Buffer {
  const bytes = Buffer.alloc(120);
  bytes.writeUInt32BE(0x7f454c46, 0);
  bytes.set([2, 1], 4);
  bytes.writeUInt16LE(machine, 18);
  bytes.writeBigUInt64LE(64n, 32);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(1, 56);
  bytes.writeUInt32LE(header, 64);
  return bytes;
}

const mine = process.arch === 'arm64' ? 183 : 62;
const onLinux = process.platform === 'linux';

it.each<[string, Buffer | string, boolean]>([
  ['a script whose interpreter the host has', '#!/bin/sh\n', true],
  ['a script of env', '#! /usr/bin/env bash\n', true],
  ['a script whose interpreter only the image has', '#!/opt/image/python\n', false],
  ['a static binary', elf(mine, 1), onLinux],
  ['a binary that needs a loader', elf(mine, 3), false],
  ['a binary for another processor', elf(40, 1), false],
  ['a text', 'echo hello', false],
  ['nothing', '', false],
])('%s: usable without its image is %3$s', async (_, content, expected) => {
  const file = join(await temporaryFolder(), 'program');
  await writeFile(file, content);
  expect(await isUsable(file)).toBe(expected);
});

it('a dangling link and a folder are no programs', async () => {
  const folder = await temporaryFolder();
  await symlink('nowhere', join(folder, 'link'));
  expect([await isUsable(join(folder, 'link')), await isUsable(folder)]).toEqual([false, false]);
});

it('programs of the image that run here come first, in the order of its PATH', async () => {
  const root = await temporaryFolder();
  for (const folder of ['usr/bin', 'bin']) await mkdir(join(root, folder), { recursive: true });
  const put = (path: string, content: string | Buffer, mode = 0o755) => writeFile(join(root, path), content, { mode });
  await put('usr/bin/deploy', '#!/bin/sh\n');
  await put('bin/deploy', '#!/bin/sh\n');
  await put('bin/ls', elf(mine, 3));
  await put('bin/notes', '#!/bin/sh\n', 0o644);
  const tools = join(root, 'tools');
  await linkTools(imagePath(root, '/missing:/usr/bin:relative:/bin'), tools);
  expect(await readdir(tools)).toEqual(['deploy']);
  expect(await readlink(join(tools, 'deploy'))).toBe(join(root, 'usr/bin/deploy'));
});

it.each([
  ['a mount', '/in/x', '/host/in/x'],
  ['a file of the image', '/app/deploy', 'ROOT/app/deploy'],
  ['a program that cannot run here, of the same path on the host', '/bin/sh', '/bin/sh'],
  ['a path that only the host has', '/etc/hosts', '/etc/hosts'],
  ['a text', 'echo /app/deploy', 'echo /app/deploy'],
  ['a relative path', './deploy', './deploy'],
])('%s on the host', async (_, text, expected) => {
  const root = await temporaryFolder();
  for (const folder of ['app', 'bin']) await mkdir(join(root, folder));
  await writeFile(join(root, 'app/deploy'), '#!/bin/sh\n', { mode: 0o755 });
  await writeFile(join(root, 'bin/sh'), elf(mine, 3), { mode: 0o755 });
  expect(existsSync('/etc/hosts')).toBe(true);
  expect(await toHost(text, root, [['/in', '/host/in']])).toBe(expected.replace('ROOT', root));
});
