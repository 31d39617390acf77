import { describe, expect, it } from 'vitest';
import { status } from '../../../test/support/fault-proxy.ts';
import { githubReader, githubStage } from '../../../test/support/github.ts';
import { fail, ok } from '../../core/result.ts';
import type { GitHubClient } from './client.ts';
import { Comments } from './comments.ts';

const at = '2026-11-27T12:00:00Z';

async function stage() {
  const made = await githubStage();
  const { world } = made.github;
  const repository = world.repository('shop', 'web');
  const pull = world.open(repository, { branch: 'feat-x' });
  world.grant(repository, 'mia', 'write');
  const { pulls } = githubReader(made);
  const commands = async () => {
    const facts = await pulls.gather(
      made.target(),
      { label: 'preview', known: [] },
      { signal: new AbortController().signal, maxAgeMs: 0 },
    );
    return facts.commands;
  };
  const write = (author: string, body: string, number = pull.number) => world.comment(repository, number, author, body);
  return { ...made, repository, pull, pulls, commands, write, world };
}

describe('E16 commands in comments', () => {
  it('a login that may not ask for rights asks once in a look, and tells it', async () => {
    const body = Array.from({ length: 20 }, (_, index) => ({
      id: index + 1,
      body: '/preview stop',
      user: { login: `p${index}`, type: 'User' },
      created_at: at,
      updated_at: at,
      issue_url: 'https://api.github.com/repos/shop/web/issues/1',
    }));
    const asked: string[] = [];
    const client = {
      call: async (_: unknown, { route }: Readonly<{ route: string }>) => {
        asked.push(route);
        if (route.endsWith('/comments')) return ok({ unchanged: false, data: body } as const);
        return fail('invalid', 'Forbidden', 'it needs more rights');
      },
    };
    const comments = new Comments(client as unknown as GitHubClient, () => Date.parse(at));
    const target = (await githubStage()).target();
    const told = await comments.refresh(target, new Set([1]), new AbortController().signal);
    expect(told.commandsFailure?.message).toBe('it needs more rights');
    expect(new Set(told.commands.map(({ allowed }) => allowed))).toEqual(new Set(['unknown']));
    expect(asked).toHaveLength(2);
  });
  it('of those who may write, in their order', async () => {
    const { commands, write } = await stage();
    write('mia', '/preview');
    write('eve', '/preview stop');
    write('mia', 'just words');
    write('mia', '/preview wake');
    expect(await commands()).toMatchObject([
      { pullRequest: 1, verb: 'start', author: 'mia', allowed: 'yes' },
      { pullRequest: 1, verb: 'stop', author: 'eve', allowed: 'no' },
      { pullRequest: 1, verb: 'wake', author: 'mia', allowed: 'yes' },
    ]);
  });
  it('what is asked about a person is asked once, and again after some minutes', async () => {
    const { github, commands, write, pass, world, repository } = await stage();
    for (let i = 0; i < 20; i++) write('eve', '/preview restart');
    await commands();
    await commands();
    const asked = () => github.seen.filter(({ path }) => path.includes('/collaborators/')).length;
    expect(asked()).toBe(1);
    world.grant(repository, 'eve', 'write');
    pass(360_000);
    expect((await commands())[0]).toMatchObject({ allowed: 'yes' });
    expect(asked()).toBe(2);
  });
  it('one that is taken back asks for nothing; one of yesterday, or on a closed pull request, is over', async () => {
    const { commands, write, world, repository, pull, pass } = await stage();
    const comment = write('mia', '/preview restart');
    expect(await commands()).toHaveLength(1);
    pass(1_000);
    world.editComment(repository, comment, 'never mind');
    expect(await commands()).toHaveLength(0);
    write('mia', '/preview stop');
    expect(await commands()).toHaveLength(1);
    pass(25 * 3_600_000);
    expect(await commands()).toHaveLength(0);
    write('mia', '/preview stop');
    world.close(repository, pull, false);
    expect(await commands()).toHaveLength(0);
  });
  it('more than a page of comments between two looks loses none', async () => {
    const { commands, write, pass } = await stage();
    write('mia', 'first');
    await commands();
    pass(1_000);
    write('mia', '/preview stop');
    for (let i = 0; i < 250; i++) write('mia', `words ${i}`);
    expect(await commands()).toMatchObject([{ verb: 'stop' }]);
  });
  it('nobody to ask: neither yes nor no, and asked again', async () => {
    const { github, fault, commands, write, pulls, target } = await stage();
    write('mia', '/preview stop');
    const forward = github.routes;
    fault((request, response) => {
      if (request.url?.includes('/collaborators/')) return status(500)(request, response);
      const headers = request.headers as Record<string, string>;
      const asked = new Request(`http://h${request.url?.replace('/github', '')}`, { headers });
      void Promise.resolve(forward.fetch(asked)).then(async (answer) => {
        response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
      });
    });
    expect(await commands()).toMatchObject([{ allowed: 'unknown' }]);
    fault(undefined);
    expect(await commands()).toMatchObject([{ allowed: 'yes' }]);
    expect(await pulls.list(target(), undefined, { signal: new AbortController().signal })).toMatchObject({ ok: true });
  });
  it('comments that cannot be read hide no pull request', async () => {
    const { github, fault, pulls, target } = await stage();
    fault((request, response) => {
      if (request.url?.includes('/issues/comments')) return status(500)(request, response);
      const headers = request.headers as Record<string, string>;
      const asked = new Request(`http://h${request.url?.replace('/github', '')}`, { headers });
      void Promise.resolve(github.routes.fetch(asked)).then(async (answer) => {
        response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
      });
    });
    const facts = await pulls.gather(
      target(),
      { label: 'preview', known: [] },
      { signal: new AbortController().signal },
    );
    expect(facts).toMatchObject({ open: [{ number: 1 }], commandsFailure: { reason: 'ServerError' } });
    expect(facts).not.toHaveProperty('failure');
  });
});
