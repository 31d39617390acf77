import { access, readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder, testServer } from '../../../test/support/local-server.ts';
import { userGit, workTree } from '../../../test/support/user-git.ts';

/** fetch tidies a path before it sends it; this does not. */
function rawStatus(port: number, method: string, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', method, path }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode));
    });
    sent.once('error', reject);
    sent.end();
  });
}

const REFS = 'info/refs?service=git-receive-pack';

describe('what the git server refuses', () => {
  it.each([
    ['GET', `/git/../../etc/x.git/${REFS}`, 404],
    ['GET', `/git/a/%2e%2e/%2e%2e/x.git/${REFS}`, 404],
    ['GET', `/git/..%2f..%2fx.git/${REFS}`, 404],
    ['GET', `/git/%252e%252e/x.git/${REFS}`, 404],
    ['GET', `/git/.empty.git/${REFS}`, 404],
    ['POST', '/git/..%2fx.git/git-receive-pack', 404],
    ['GET', '/git/shop.git', 404],
    ['GET', '/git/shop.git/HEAD', 404],
    ['GET', '/git/shop.git/info/refs', 403],
    ['GET', '/git/shop.git/info/refs?service=git-upload-archive', 403],
    ['POST', '/git/shop.git/git-upload-archive', 403],
    ['POST', `/git/shop.git/${REFS}`, 405],
    ['GET', '/git/shop.git/git-receive-pack', 405],
    ['POST', '/git/shop.git/git-receive-pack', 415],
    ['POST', '/git/shop.git/git-upload-pack', 404],
  ])('%s %s → %i, and nothing is created', async (method, path, status) => {
    const dataDir = join(await temporaryFolder(), 'data');
    const { port } = await testServer({ dataDir });
    expect(await rawStatus(port, method, path)).toBe(status);
    expect(await readdir(join(dataDir, 'git'))).toEqual([]);
    expect(await readdir(join(dataDir, '..'))).toEqual(['data']);
  });

  it('says of a repository that is not there what creates it', async () => {
    const { url } = await testServer();
    const clone = await temporaryFolder();
    const attempt = userGit(clone, 'clone', `${url}/git/none.git`, '.');
    await expect(attempt).rejects.toThrow('no repository none: a push to /git/none.git creates it');
  });
});

describe('a person with a browser', () => {
  it('is told how to clone', async () => {
    const { url } = await testServer();
    await userGit(await workTree(), 'push', `${url}/git/team/shop.git`, 'main');
    for (const path of ['team/shop.git', 'team/shop']) {
      const answer = await fetch(`${url}/git/${path}`);
      expect(await answer.text()).toBe(`team/shop is a git repository: git clone ${url}/git/team/shop.git\n`);
    }
  });
});

describe('a client that goes away', () => {
  it('leaves no half push and no git process, and the next push works', async () => {
    const { port, url, dataDir } = await testServer();
    const headers = { 'content-type': 'application/x-git-receive-pack-request' };
    const options = { port, host: '127.0.0.1', method: 'POST', path: '/git/shop.git/git-receive-pack', headers };
    const sent = request(options);
    sent.on('error', () => {});
    const command = `${'0'.repeat(40)} ${'1'.repeat(40)} refs/heads/main\0report-status`;
    sent.write(`${(command.length + 4).toString(16).padStart(4, '0')}${command}0000PACK`);
    const bare = join(dataDir, 'git', 'shop.git');
    await expect
      .poll(
        () =>
          access(bare).then(
            () => true,
            () => false,
          ),
        { timeout: 10_000 },
      )
      .toBe(true);
    sent.destroy();
    const work = await workTree();
    expect(await userGit(work, 'push', `${url}/git/shop.git`, 'main')).toContain('main -> main');
    expect(await userGit(bare, 'for-each-ref', '--format=%(refname)')).toBe('refs/heads/main');
    await expect
      .poll(() => readdir(join(bare, 'objects')), { timeout: 10_000 })
      .not.toContainEqual(expect.stringMatching(/^tmp_objdir/));
  });
});
