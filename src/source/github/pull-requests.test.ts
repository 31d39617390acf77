import { describe, expect, it } from 'vitest';
import { htmlPage, silence, status } from '../../../test/support/fault-proxy.ts';
import { githubReader, githubStage, token } from '../../../test/support/github.ts';
import type { PullRequestFacts } from '../../core/pull-request.ts';

const live = { signal: new AbortController().signal, maxAgeMs: 0 };
const gathering = { signal: new AbortController().signal };

async function stage(options: Parameters<typeof githubStage>[0] = {}, timeouts = {}) {
  const made = await githubStage(options);
  return { ...made, ...githubReader(made, timeouts) };
}

/** Pull request 1 of shop/web, labelled. */
async function labelled(options: Parameters<typeof githubStage>[0] = {}, timeouts = {}) {
  const made = await stage(options, timeouts);
  const repository = made.github.world.repository('shop', 'web');
  const pull = made.github.world.open(repository, { branch: 'feat-x', labels: ['preview'], author: 'mia' });
  const known = [{ number: pull.number, id: pull.id }];
  const gather = (maxAgeMs?: number): Promise<PullRequestFacts> =>
    made.pulls.gather(
      made.target(),
      { label: 'preview', known },
      { ...gathering, ...(maxAgeMs === undefined ? {} : { maxAgeMs }) },
    );
  return { ...made, repository, pull, known, gather };
}

describe('E14 the list of open pull requests', () => {
  it('tells what a plan wants to know', async () => {
    const { github, pulls, target } = await stage();
    const repository = github.world.repository('shop', 'web');
    github.world.open(repository, {
      branch: 'Feature/Ü-🚀',
      labels: ['preview', 'bug'],
      author: 'mia',
      draft: true,
      fork: true,
    });
    const list = await pulls.list(target(), undefined, live);
    expect(list).toMatchObject({
      ok: true,
      value: {
        changed: true,
        fact: {
          open: [
            {
              number: 1,
              branch: 'Feature/Ü-🚀',
              base: 'main',
              author: 'mia',
              draft: true,
              fork: true,
              labels: ['preview', 'bug'],
              state: 'open',
              merged: false,
              updatedAt: '2026-11-27T12:00:00Z',
              authorAssociation: 'FIRST_TIME_CONTRIBUTOR',
              headSha: expect.stringMatching(/^[0-9a-f]{40}$/),
              url: expect.stringMatching(/\/shop\/web\/pull\/1$/),
            },
          ],
        },
      },
    });
  });
  it('reads all pages, and every page again when one may have changed', async () => {
    const { github, pulls, target, client, pass } = await stage();
    const repository = github.world.repository('shop', 'web');
    for (let i = 0; i < 250; i++) github.world.open(repository, { branch: `b${i}` });
    const first = await pulls.list(target(), undefined, live);
    const revision = first.ok ? first.value.revision : '';
    expect(first.ok && first.value.changed && first.value.fact.open.length).toBe(250);
    const used = 5_000 - (client.quotas()[0]?.remaining ?? 0);
    pass(600_000);
    expect(await pulls.list(target(), revision, live)).toEqual({ ok: true, value: { changed: false, revision } });
    expect(5_000 - (client.quotas()[0]?.remaining ?? 0)).toBe(used);
    const [, third] = [repository.pulls[0], repository.pulls[220]];
    if (third !== undefined) github.world.close(repository, third, false);
    const next = await pulls.list(target(), revision, live);
    expect(next.ok && next.value.changed && next.value.fact.open.map(({ number }) => number)).not.toContain(221);
  });
  it('forgets a repository that nobody has asked for in hours, and no other', async () => {
    const { github, pulls, target, pass } = await stage();
    for (const name of ['old', 'used']) github.world.open(github.world.repository('shop', name), { branch: 'feat' });
    const look = async (name: string) => {
      await pulls.list(target(`shop/${name}`), undefined, live);
      return github.seen.findLast(({ path }) => path.includes(`/${name}/pulls`))?.status;
    };
    expect([await look('old'), await look('used')]).toEqual([200, 200]);
    for (let hour = 0; hour < 3; hour++) {
      pass(3_600_000);
      expect(await look('used')).toBe(304);
    }
    expect(await look('old')).toBe(200);
  });
  it('one look serves all who ask at a time, and later ones until it is too old', async () => {
    const { github, gather, pass } = await labelled();
    await Promise.all(Array.from({ length: 100 }, () => gather()));
    pass(800_000);
    await gather();
    const lists = github.seen.filter(({ path }) => path.includes('/pulls?'));
    expect(lists).toHaveLength(1);
    pass(200_000);
    await gather();
    expect(github.seen.filter(({ path }) => path.includes('/pulls?'))).toHaveLength(2);
  });
  it('what only our own comment moved is no news', async () => {
    const { github, pulls, target, repository, pull, pass } = await labelled();
    const first = await pulls.list(target(), undefined, live);
    const revision = first.ok ? first.value.revision : '';
    pass(60_000);
    github.world.comment(repository, pull.number, 'alustan-bot', '<!-- alustan:preview --> here you are');
    expect(await pulls.list(target(), revision, live)).toMatchObject({ value: { changed: false } });
  });
  it('tells what people did since the last look', async () => {
    const { github, pulls, target, repository, pull, pass } = await labelled();
    const activity = async () => {
      const list = await pulls.list(target(), undefined, live);
      return list.ok && list.value.changed ? list.value.fact.open[0]?.activity : undefined;
    };
    expect(await activity()).toEqual({});
    pass(60_000);
    github.world.push(repository, pull);
    expect(await activity()).toEqual({ pushedAt: '2026-11-27T12:01:00Z' });
    pass(60_000);
    github.world.label(repository, pull, 'bug');
    expect(await activity()).toMatchObject({ pushedAt: '2026-11-27T12:01:00Z', labelledAt: '2026-11-27T12:02:00Z' });
    pass(60_000);
    github.world.comment(repository, pull.number, 'mia', 'looks good');
    github.world.comment(repository, pull.number, 'ci[bot]', 'passed');
    expect(await activity()).toMatchObject({ commentedAt: '2026-11-27T12:03:00Z' });
  });
  it('follows a renamed repository, without asking at the old name each time, and tells', async () => {
    const { github, gather, repository } = await labelled();
    github.world.rename(repository, 'store', 'front');
    expect(await gather(0)).toMatchObject({ open: [{ number: 1 }], renamedTo: 'store/front' });
    const before = github.seen.length;
    await gather(0);
    expect(github.seen.slice(before).map((each) => each.status)).toEqual([304, 304]);
  });
  it('two repositories with the same branch and number are two', async () => {
    const { github, pulls, target } = await labelled();
    github.world.open(github.world.repository('shop', 'api'), { branch: 'feat-x', labels: ['preview'] });
    const [web, api] = await Promise.all([
      pulls.get(target('shop/web'), 1, live),
      pulls.get(target('shop/api'), 1, live),
    ]);
    expect(web.ok && api.ok && web.value.id !== api.value.id).toBe(true);
  });
  it('tells the paths that a pull request changes, all pages of them, and asks once for a commit', async () => {
    const { github, pulls, target } = await stage();
    const files = Array.from({ length: 130 }, (_, i) => `src/${i}.ts`);
    const repository = github.world.repository('shop', 'web');
    const { number, head } = github.world.open(repository, { branch: 'b', files });
    const asked = { number, headSha: head.sha };
    expect(await pulls.changedFiles(target(), asked, gathering)).toEqual({ ok: true, value: files });
    const before = github.seen.length;
    await pulls.changedFiles(target(), asked, gathering);
    expect(github.seen).toHaveLength(before);
  });
});

describe('E16 nothing is "closed" without a positive answer', () => {
  it.each([
    ['500', status(500), 'ServerError'],
    ['502 with a page', status(502, { 'content-type': 'text/html' }, '<html>'), 'ServerError'],
    ['a web page', htmlPage, 'NotGitHub'],
    ['an empty object', status(200, { 'content-type': 'application/json' }, '{}'), 'NotGitHub'],
    ['nothing at all', silence, 'Timeout'],
    [
      '404: the token lost its right',
      status(404, { 'content-type': 'application/json' }, '{"message":"Not Found"}'),
      'RepositoryNotFound',
    ],
    [
      '401: the token is revoked',
      status(401, { 'content-type': 'application/json' }, '{"message":"Bad credentials"}'),
      'Unauthorized',
    ],
    [
      'a secondary limit',
      status(
        403,
        { 'content-type': 'application/json', 'retry-after': '30' },
        '{"message":"You have exceeded a secondary rate limit"}',
      ),
      'RateLimited',
    ],
  ])('%s', async (_title, fault, reason) => {
    const { gather, fault: setFault } = await labelled({}, { total: 300 });
    await gather();
    setFault(fault);
    const facts = await gather(0);
    expect(facts).toMatchObject({ open: [{ number: 1 }], failure: { reason }, fates: {} });
    expect(JSON.stringify(facts)).not.toContain(token);
    setFault(undefined);
  });
  it('an empty list is asked about, one by one', async () => {
    const { github, gather, fault } = await labelled();
    fault((request, response) => {
      const empty = /\/pulls\?/.test(request.url ?? '');
      const answer = github.routes.fetch(
        new Request(`http://h${request.url?.replace('/github', '')}`, {
          headers: request.headers as Record<string, string>,
        }),
      );
      void Promise.resolve(answer).then(async (real) => {
        response
          .writeHead(empty ? 200 : real.status, { 'content-type': 'application/json' })
          .end(empty ? '[]' : await real.text());
      });
    });
    expect(await gather()).toMatchObject({ open: [], fates: { 1: { state: 'open', pullRequest: { number: 1 } } } });
  });
  it('closed, merged, unlabelled and another of the same number are told apart', async () => {
    const { github, gather, repository, pull, pulls, target, pass } = await labelled();
    github.world.unlabel(repository, pull, 'preview');
    expect(await gather()).toMatchObject({ fates: { 1: { state: 'unlabelled' } } });
    pass(60_000);
    github.world.close(repository, pull, true);
    const closed = { state: 'closed', merged: true, at: '2026-11-27T12:01:00Z' };
    expect(await gather(0)).toMatchObject({ open: [], fates: { 1: closed } });
    const another = { label: 'preview', known: [{ number: 1, id: 7 }] };
    const facts = await pulls.gather(target(), another, gathering);
    expect(facts.fates[1]).toMatchObject({ state: 'unknown', failure: { reason: 'AnotherPullRequest' } });
  });
  it('an unreachable GitHub at the start: nothing is known, and it is not asked for each', async () => {
    const { github, gather, fault } = await labelled();
    let asked = 0;
    fault((request, response) => {
      asked++;
      status(503)(request, response);
    });
    const facts = await gather();
    expect(facts).toMatchObject({
      open: undefined,
      fates: { 1: { state: 'unknown', failure: { reason: 'ServerError' } } },
    });
    await Promise.all([gather(), gather()]);
    expect([asked, github.seen.length]).toEqual([1, 0]);
  });
  it('passes leave a server alone that fails again and again, and hear when it is back', async () => {
    const { github, gather, fault, pass } = await labelled();
    let asked = 0;
    fault((request, response) => {
      asked++;
      status(500)(request, response);
    });
    for (let second = 0; second < 3_600; second += 10) {
      await gather();
      pass(10_000);
    }
    expect(asked).toBeLessThanOrEqual(12);
    fault(undefined);
    expect(await gather(0)).not.toHaveProperty('failure');
    expect(github.seen).toHaveLength(2);
  });
  it('a token that is revoked for an hour', async () => {
    const { github, gather, pass } = await labelled();
    await gather();
    github.logins.revoke(token);
    for (let minute = 0; minute < 60; minute += 10) {
      pass(600_000);
      expect(await gather(0)).toMatchObject({ open: [{ number: 1 }], fates: {}, failure: { reason: 'Unauthorized' } });
    }
    github.logins.restore(token);
    expect(await gather(0)).not.toHaveProperty('failure');
  });
});

describe('E16 a hundred changes of the label', () => {
  it('are two requests for each look, however often it is rung', async () => {
    const { github, gather, repository, pull } = await labelled();
    for (let i = 0; i < 50; i++) {
      github.world.unlabel(repository, pull, 'preview');
      github.world.label(repository, pull, 'preview');
    }
    const facts = await Promise.all(Array.from({ length: 100 }, () => gather(1)));
    expect(facts.every(({ open }) => open?.[0]?.labels.includes('preview'))).toBe(true);
    expect(github.seen).toHaveLength(2);
  });
});
