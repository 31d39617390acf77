import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Caller, digestOf } from '../../../test/registry/subject.ts';
import { temporaryFolder, testServer } from '../../../test/support/local-server.ts';
import { commit, userGit, workTree } from '../../../test/support/user-git.ts';

const PROGRAM = `
  const { startHttp } = await import(process.argv[1]);
  const server = await startHttp({ dataDir: process.argv[2], port: 0, env: process.env });
  console.log(server.url);
`;

/** The listener in a process of its own, so that it can be killed. */
async function startProcess(dataDir: string): Promise<{ child: ChildProcess; url: string }> {
  const module = new URL('./index.ts', import.meta.url).href;
  const args = ['--input-type=module', '--eval', PROGRAM, module, dataDir];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  if (child.stdout === null) throw new Error('no output');
  const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, url };
}

describe('kill -9 in the middle of pushes', { timeout: 120_000 }, () => {
  it('leaves whole images under every tag, whole repositories, and all that was confirmed', async () => {
    const dataDir = await temporaryFolder();
    const { child, url } = await startProcess(dataDir);
    const work = await workTree();
    const confirmed: string[] = [];
    const pushImages = async (worker: number) => {
      for (let round = 0; ; round += 1) {
        const tag = `${worker}.${round}.0`;
        await new Caller(url).pushImage('shop/api', tag);
        confirmed.push(tag);
        // Pushed commits count, too: the sixtieth may be one of them.
        if (confirmed.length >= 60) child.kill('SIGKILL');
      }
    };
    const pushCommits = async () => {
      for (let round = 0; ; round += 1) {
        const id = await commit(work, `change ${round}`);
        await userGit(work, 'push', '--quiet', `${url}/git/shop.git`, 'main');
        confirmed.push(id);
      }
    };
    const ended = once(child, 'close');
    await Promise.allSettled([pushCommits(), pushImages(1), pushImages(2), pushImages(3)]);
    await ended;

    const again = await testServer({ dataDir });
    const call = new Caller(again.url);
    const { tags } = (await (await call.send('GET', '/v2/shop/api/tags/list')).json()) as { tags: string[] };
    const images = confirmed.filter((name) => name.includes('.'));
    expect(tags).toEqual(expect.arrayContaining(images));
    for (const tag of tags) {
      const answer = await call.getManifest('shop/api', tag);
      expect(digestOf(await answer.text())).toBe(answer.headers.get('docker-content-digest'));
    }
    await commit(work, 'after');
    await userGit(work, 'push', '--quiet', `${again.url}/git/shop.git`, 'main');
    const clone = await temporaryFolder();
    await userGit(clone, 'clone', '--quiet', `${again.url}/git/shop.git`, '.');
    const history = (await userGit(clone, 'rev-list', 'HEAD')).split('\n');
    expect(history).toEqual(expect.arrayContaining(confirmed.filter((name) => !name.includes('.'))));
    await userGit(clone, 'fsck', '--strict');
  });
});
