import { describe, expect, it } from 'vitest';
import { githubStage } from '../../../test/support/github.ts';
import { temporaryFolder, testServer } from '../../../test/support/local-server.ts';
import { githubHooks } from '../../server/hooks/github.ts';
import { createGitHubDouble } from './index.ts';
import { fileStore } from './store.ts';

const secret = 'of the webhooks';

/** The listener of local mode with the double and the controller's end of its webhooks. */
async function stage(dataDir?: string) {
  const folder = dataDir ?? (await temporaryFolder());
  let url = '';
  const rung: string[] = [];
  const bells = {
    gitPushed: (address: string) => void rung.push(address),
    pullRequestsChanged: (address: string) => void rung.push(address),
  };
  const double = createGitHubDouble({
    url: () => url,
    store: fileStore(folder),
    hooks: () => [{ url: `${url}/hooks/github`, secret }],
    headOf: async (name, branch) => (name === 'shop/web' && branch === 'known' ? 'a'.repeat(40) : undefined),
  });
  const hooks = githubHooks({ secrets: () => [secret], bells: () => bells, log: { info() {}, warn() {} } });
  const server = await testServer({
    extraRoutes: (app) => void app.route('/github', double.routes).route('/hooks/github', hooks),
  });
  url = server.url;
  const order = async (body: unknown, repository = 'shop/web') => {
    const answer = await fetch(`${url}/github/_local/${repository}`, { method: 'POST', body: JSON.stringify(body) });
    return { status: answer.status, body: (await answer.json()) as never };
  };
  return { ...double, url, folder, rung, order };
}

describe('the local GitHub', () => {
  it('keeps its pull requests across restarts', async () => {
    const first = await stage();
    await first.order({ do: 'open', branch: 'feat-x', labels: ['preview'] });
    const second = await stage(first.folder);
    expect(await second.order({ do: 'list' })).toMatchObject({ body: [{ pull: { number: 1, labels: ['preview'] } }] });
  });
  it('tells by signed webhooks, in the order of what happened, and the controller hears', async () => {
    const { order, settled, deliveries, rung, url } = await stage();
    await order({ do: 'open', branch: 'feat-x', labels: ['preview'] });
    await order({ do: 'push', number: 1 });
    await order({ do: 'comment', number: 1, body: '/preview wake' });
    await settled();
    expect(deliveries.map(({ event, status }) => [event, status])).toEqual([
      ['pull_request', 202],
      ['pull_request', 202],
      ['pull_request', 202],
      ['push', 202],
      ['issue_comment', 202],
    ]);
    expect(new Set(rung)).toEqual(new Set([`${url}/github/repos/shop/web`, `${url}/git/shop/web.git`]));
  });
  it('knows the commits of the git server', async () => {
    const { order } = await stage();
    expect(await order({ do: 'open', branch: 'known' })).toMatchObject({
      body: [{ pull: { head: { sha: 'a'.repeat(40) } } }],
    });
    const pushed = await order({ do: 'push', number: 1 });
    expect(pushed).toMatchObject({ body: [{ pull: { head: { sha: expect.not.stringMatching(/^a{40}$/) } } }] });
  });
  it.each([
    ['a branch that has one already', { do: 'open', branch: 'x' }, 422, /already exists for shop:x/],
    ['a number that is none', { do: 'close', number: 9 }, 422, /no pull request 9/],
    ['a label that it does not have', { do: 'unlabel', number: 1, label: 'preview' }, 422, /no label/],
    ['an order that is none', { do: 'explode' }, 400, /do/],
    ['a commit that is none', { do: 'push', number: 1, sha: 'xyz' }, 400, /sha/],
  ])('%s is refused with words', async (_title, asked, status, message) => {
    const { order } = await stage();
    await order({ do: 'open', branch: 'x' });
    expect(await order(asked)).toMatchObject({ status, body: { message: expect.stringMatching(message) } });
  });
  it('a mistyped repository is told', async () => {
    const { order } = await stage();
    expect(await order({ do: 'list' }, 'shop/wbe')).toMatchObject({
      status: 422,
      body: { message: expect.stringMatching(/no repository shop\/wbe/) },
    });
  });
  it.each([
    ['a branch of 250 characters', 'b'.repeat(250)],
    ['unicode and emoji', 'Ünïcode/🚀-日本'],
    ['dots that climb', '../../etc/passwd'],
  ])('%s comes back as it is', async (_title, branch) => {
    const { order } = await stage();
    await order({ do: 'open', branch });
    expect(await order({ do: 'list' })).toMatchObject({ body: [{ pull: { head: { ref: branch } } }] });
  });
  it('shows a page for people, with what is said, as it would be read', async () => {
    const { order, url, world } = await stage();
    await order({ do: 'open', branch: 'feat-x', labels: ['preview'], author: 'mia' });
    const repository = world.repository('shop', 'web');
    const { sha } = repository.pulls[0]?.head ?? { sha: '' };
    world.comment(repository, 1, 'bot', '<!-- alustan:preview -->\n\n### Previews\n<code>feat&#47;x</code>');
    world.addStatus(repository, {
      sha,
      context: 'c',
      state: 'success',
      description: 'ready',
      targetUrl: null,
      author: 'bot',
    });
    const page = await (await fetch(`${url}/github/shop/web/pull/1`)).text();
    expect(page).toBe(
      `feat-x\n#1  open  ${sha.slice(0, 7)}  feat-x  [preview]\nc: success  ready\n\nbot wrote:\n  ### Previews\n  \`feat/x\`\n`,
    );
    expect((await fetch(`${url}/github/shop/web/pull/9`)).status).toBe(404);
  });
  it('a call that it does not know fails loudly', async () => {
    const { routes, unknown } = createGitHubDouble({ url: () => 'http://h' });
    const answer = await routes.request('/repos/a/b/branches');
    expect([answer.status, unknown]).toEqual([501, ['GET /repos/a/b/branches']]);
  });
  it('a repository that is gone, and one that never was, are not found', async () => {
    const { github, apiUrl } = await githubStage();
    github.world.rename(github.world.repository('shop', 'web'), 'store', 'front');
    expect((await fetch(`${apiUrl}/repos/shop/web/pulls`, { redirect: 'manual' })).status).toBe(301);
    expect((await fetch(`${apiUrl}/repos/shop/none/pulls`)).status).toBe(404);
  });
});
