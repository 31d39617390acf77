import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder, testServer } from '../../../test/support/local-server.ts';
import { commit, userGit } from '../../../test/support/user-git.ts';
import { Git } from './program.ts';
import { seedRepository } from './seed.ts';
import { Repositories } from './store.ts';

const env = process.env;

async function example(): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'charts'));
  await writeFile(join(folder, 'charts', 'Chart.yaml'), 'name: shop\n');
  await writeFile(join(folder, '.gitignore'), 'charts\n');
  await writeFile(join(folder, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 });
  return folder;
}

describe('seedRepository', () => {
  it('makes one commit on main of all files, with the same id wherever it is made', async () => {
    const folder = await example();
    const ids = await Promise.all(
      [await testServer(), await testServer()].map(async ({ dataDir, url }) => {
        expect(await seedRepository({ dataDir, name: 'team/shop', folder, message: 'Example', env })).toBe(true);
        const clone = await temporaryFolder();
        await userGit(clone, 'clone', '--quiet', `${url}/git/team/shop.git`, '.');
        expect(await userGit(clone, 'ls-files', '--stage')).toMatch(
          /100644 .*\.gitignore\n100644 .*charts\/Chart.yaml\n100755 .*run.sh/,
        );
        expect(await userGit(clone, 'log', '--format=%an <%ae> %ad %s %D')).toMatch(
          /^Alustan <alustan@localhost> .*2024 .* Example HEAD -> main/,
        );
        return userGit(clone, 'rev-parse', 'HEAD');
      }),
    );
    expect(ids[0]).toBe(ids[1]);
  });

  it('leaves a repository that exists as the user made it', async () => {
    const { dataDir, url } = await testServer();
    const folder = await example();
    await seedRepository({ dataDir, name: 'shop', folder, message: 'Example', env });
    const clone = await temporaryFolder();
    await userGit(clone, 'clone', '--quiet', `${url}/git/shop.git`, '.');
    const mine = await commit(clone, 'mine');
    await userGit(clone, 'push', '--quiet', 'origin', 'main');
    expect(await seedRepository({ dataDir, name: 'shop', folder, message: 'Example', env })).toBe(false);
    expect(await userGit(clone, 'ls-remote', 'origin', 'main')).toContain(mine);
  });

  it('makes one of two calls at once', async () => {
    const { dataDir } = await testServer();
    const seed = { dataDir, name: 'shop', folder: await example(), message: 'Example', env };
    expect((await Promise.all([seedRepository(seed), seedRepository(seed)])).sort()).toEqual([false, true]);
  });
});

describe('recover', () => {
  it('takes away the locks and halves that a kill left, so that the next push works', async () => {
    const { dataDir, url } = await testServer();
    await seedRepository({ dataDir, name: 'shop', folder: await example(), message: 'Example', env });
    const repositories = new Repositories(dataDir, new Git(env));
    const bare = repositories.path('shop');
    await mkdir(join(dataDir, 'git', '.new-half'));
    for (const lock of ['refs/heads/main.lock', 'packed-refs.lock', 'HEAD.lock']) await writeFile(join(bare, lock), '');
    const clone = await temporaryFolder();
    await userGit(clone, 'clone', '--quiet', `${url}/git/shop.git`, '.');
    await commit(clone, 'mine');
    await expect(userGit(clone, 'push', 'origin', 'main')).rejects.toThrow(/lock/);
    await repositories.recover();
    expect(await userGit(clone, 'push', 'origin', 'main')).toContain('main -> main');
  });
});
