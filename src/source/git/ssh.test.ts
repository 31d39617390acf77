import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { GitRepository } from '../../../test/support/git-repository.ts';
import { defaultTimeouts } from '../http/client.ts';
import { load } from './load.ts';
import { defaultLimits } from './protocol.ts';
import { createResolver } from './transport.ts';

/** Runs on this machine what it is to run on the host: `ssh [options] host command`. */
const ssh = `#!/bin/sh
while [ $# -gt 1 ]; do shift; done
exec sh -c "$1"
`;
const signal = new AbortController().signal;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alustan-ssh-'));
  await writeFile(join(folder, 'ssh'), ssh);
  await chmod(join(folder, 'ssh'), 0o755);
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env['PATH']}`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

it.each([
  ['a branch', { ref: 'main' }, 'two'],
  ['the default branch', {}, 'two'],
  ['an annotated tag', { ref: 'v1.0.0' }, 'one'],
  ['the highest tag of a constraint', { semver: '^1' }, 'one'],
])('git over ssh reads %s', async (_title, which, expected) => {
  const repository = await GitRepository.create(join(folder, 'shop.git'));
  await repository.commit({ 'chart/values.yaml': 'one', other: 'x' });
  await repository.git('tag', '-a', '-m', 'first', 'v1.0.0');
  await repository.commit({ 'chart/values.yaml': 'two' });
  const ref = { url: `ssh://git@git.example.com${repository.folder}`, ...which };
  const resolver = createResolver(defaultTimeouts);
  const tip = await resolver.resolve(ref, signal);
  const where = { gitdir: join(folder, 'cache'), url: ref.url, path: 'chart' };
  const fact = await load({ ...where, ...tip, limits: defaultLimits, timeouts: defaultTimeouts }, signal);
  expect(fact.commit).toBe(tip.commit);
  expect(fact.files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()])).toEqual([
    ['values.yaml', expected],
  ]);
  await resolver.close();
});
