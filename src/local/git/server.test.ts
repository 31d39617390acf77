import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { temporaryFolder, testServer } from '../../../test/support/local-server.ts';
import { commit, userGit, workTree } from '../../../test/support/user-git.ts';
import { Git } from './program.ts';
import type { GitPush } from './routes.ts';
import { Repositories } from './store.ts';

const ZERO = '0'.repeat(40);

async function server() {
  const pushes: GitPush[] = [];
  const { url, dataDir } = await testServer({ onGitPush: (push) => pushes.push(push) });
  return { url, dataDir, pushes, repository: `${url}/git/team/shop.git` };
}

const repositoriesIn = (dataDir: string) => new Repositories(dataDir, new Git(process.env)).list();

describe('push', () => {
  it('creates a repository in folders, whose HEAD is the first pushed branch, and tells what changed', async () => {
    const { repository, pushes, dataDir } = await server();
    const work = await workTree('trunk');
    await userGit(work, 'push', repository, 'trunk');
    const clone = await temporaryFolder();
    await userGit(clone, 'clone', '--quiet', repository, '.');
    const head = await userGit(work, 'rev-parse', 'HEAD');
    expect(await userGit(clone, 'rev-parse', '--abbrev-ref', 'HEAD')).toBe('trunk');
    expect(await userGit(clone, 'rev-parse', 'HEAD')).toBe(head);
    const refs = [{ name: 'refs/heads/trunk', old: ZERO, new: head }];
    expect(pushes).toEqual([{ repository: 'team/shop', path: '/git/team/shop.git', refs }]);
    expect(await repositoriesIn(dataDir)).toEqual(['team/shop']);
  });

  it('tells of tags, forced updates and deletions, and keeps HEAD where it is', async () => {
    const { repository, pushes } = await server();
    const work = await workTree();
    await userGit(work, 'push', repository, 'main');
    const first = await userGit(work, 'rev-parse', 'HEAD');
    await userGit(work, 'commit', '--quiet', '--amend', '--message', 'other');
    const second = await userGit(work, 'rev-parse', 'HEAD');
    await userGit(work, 'push', '--force', repository, 'main', 'main:refs/tags/v1', 'main:refs/heads/side');
    await userGit(work, 'push', repository, ':side');
    expect(pushes.slice(1).map((push) => push.refs)).toEqual([
      expect.arrayContaining([
        { name: 'refs/heads/main', old: first, new: second },
        { name: 'refs/tags/v1', old: ZERO, new: second },
        { name: 'refs/heads/side', old: ZERO, new: second },
      ]),
      [{ name: 'refs/heads/side', old: second, new: ZERO }],
    ]);
    expect(await userGit(work, 'ls-remote', '--symref', repository, 'HEAD')).toContain('ref: refs/heads/main');
  });

  it('says nothing of refs that are refused, or that do not change', async () => {
    const { repository, pushes, dataDir } = await server();
    const work = await workTree();
    await userGit(work, 'push', repository, 'main');
    await userGit(work, 'push', repository, 'main');
    await userGit(join(dataDir, 'git', 'team', 'shop.git'), 'config', 'receive.denyNonFastForwards', 'true');
    await userGit(work, 'commit', '--quiet', '--amend', '--message', 'other');
    const partly = userGit(work, 'push', '--force', repository, 'main', 'main:side');
    await expect(partly).rejects.toThrow(/non-fast-forward/);
    expect(pushes.map((push) => push.refs.map((ref) => ref.name))).toEqual([['refs/heads/main'], ['refs/heads/side']]);
  });

  it('creates nothing when only tried (--dry-run)', async () => {
    const { repository, dataDir } = await server();
    await userGit(await workTree(), 'push', '--dry-run', repository, 'main');
    expect(await repositoriesIn(dataDir)).toEqual([]);
  });

  it('takes a pack larger than one request buffer (chunked), and gives it back', async () => {
    const { repository } = await server();
    const work = await workTree();
    const bytes = randomBytes(8 * 1024 * 1024);
    await commit(work, bytes, 'big');
    await userGit(work, 'push', repository, 'main');
    const clone = await temporaryFolder();
    await userGit(clone, 'clone', '--quiet', repository, '.');
    expect((await readFile(join(clone, 'big'))).equals(bytes)).toBe(true);
  });

  it('takes pushes to one new repository at once, each branch whole', async () => {
    const { repository, pushes } = await server();
    const work = await workTree();
    const branches = ['a', 'b', 'c', 'd', 'e'];
    await Promise.all(branches.map((branch) => userGit(work, 'push', repository, `main:${branch}`)));
    const listed = await userGit(work, 'ls-remote', '--heads', repository);
    expect(listed.match(/refs\/heads\/\w+/g)).toEqual(branches.map((branch) => `refs/heads/${branch}`));
    expect(pushes.flatMap((push) => push.refs.map((ref) => ref.name)).sort()).toEqual(
      listed.match(/refs\/heads\/\w+/g),
    );
    const clone = await temporaryFolder();
    await userGit(clone, 'clone', '--quiet', repository, '.');
    expect(await readdir(clone)).toContain('file');
  });

  it('does not run hooks that lie in a repository, nor what the user configured', async () => {
    const { repository, dataDir } = await server();
    const work = await workTree();
    await userGit(work, 'push', repository, 'main');
    const bare = join(dataDir, 'git', 'team', 'shop.git');
    await userGit(bare, 'config', 'core.hooksPath', join(bare, 'hooks'));
    await userGit(bare, 'init', '--quiet', '--bare', '.');
    await writeFile(join(bare, 'hooks', 'pre-receive'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    await commit(work, 'second');
    expect(await userGit(work, 'push', repository, 'main')).toContain('main -> main');
  });
});

describe('fetch', () => {
  async function pushed() {
    const made = await server();
    const work = await workTree();
    const first = await userGit(work, 'rev-parse', 'HEAD');
    await commit(work, 'second');
    await userGit(work, 'push', made.repository, 'main');
    return { ...made, work, first };
  }

  it('is shallow and partial when asked', async () => {
    const { repository } = await pushed();
    const clone = await temporaryFolder();
    await userGit(clone, 'clone', '--quiet', '--depth=1', '--filter=blob:none', '--no-checkout', repository, '.');
    expect(await userGit(clone, 'rev-list', '--all', '--count')).toBe('1');
    expect(await userGit(clone, 'rev-list', '--all', '--objects', '--missing=print')).toMatch(/^\?[0-9a-f]{40}$/m);
  });

  it('gives any commit by its id', async () => {
    const { repository, first } = await pushed();
    const clone = await temporaryFolder();
    await userGit(clone, 'init', '--quiet');
    await userGit(clone, 'fetch', '--quiet', '--depth=1', repository, first);
    expect(await userGit(clone, 'rev-parse', 'FETCH_HEAD')).toBe(first);
  });

  it.each([0, 1, 2])('speaks version %i of the protocol', async (version) => {
    const { repository, work } = await pushed();
    const clone = await temporaryFolder();
    await userGit(clone, '-c', `protocol.version=${version}`, 'clone', '--quiet', repository, '.');
    expect(await userGit(clone, 'rev-parse', 'HEAD')).toBe(await userGit(work, 'rev-parse', 'HEAD'));
    const headers = { 'git-protocol': `version=${version}` };
    const answer = await fetch(`${repository}/info/refs?service=git-upload-pack`, { headers });
    const text = await answer.text();
    expect(text.startsWith(version === 2 ? '000eversion 2\n' : '001e# service=git-upload-pack\n0000')).toBe(true);
    expect(answer.headers.get('content-type')).toBe('application/x-git-upload-pack-advertisement');
    expect(answer.headers.get('cache-control')).toContain('no-cache');
  });

  it('takes requests that are packed with gzip, as git does with long ones', async () => {
    const { repository, work } = await pushed();
    const plain = '0014command=ls-refs\n00010009peel\n0000';
    const ask = (body: string | Uint8Array<ArrayBuffer>, encoding: Record<string, string>) => {
      const type = { 'content-type': 'application/x-git-upload-pack-request', 'git-protocol': 'version=2' };
      return fetch(`${repository}/git-upload-pack`, { method: 'POST', body, headers: { ...type, ...encoding } });
    };
    const packed = await ask(gzipSync(plain), { 'content-encoding': 'gzip' });
    const text = await packed.text();
    expect(text).toContain(await userGit(work, 'rev-parse', 'HEAD'));
    expect(text).toBe(await (await ask(plain, {})).text());
  });
});
