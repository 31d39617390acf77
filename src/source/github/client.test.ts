import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { status } from '../../../test/support/fault-proxy.ts';
import { appKey, githubReader, githubStage } from '../../../test/support/github.ts';

const live = { signal: new AbortController().signal, maxAgeMs: 0 };
const key = appKey();
const app = { appId: '7', slug: 'alustan', installationId: 9, publicKey: key.publicKey };

async function stage(options: Parameters<typeof githubStage>[0] = {}) {
  const made = await githubStage(options);
  const repository = made.github.world.repository('shop', 'web');
  const pull = made.github.world.open(repository, { branch: 'feat-x', labels: ['preview'] });
  return { ...made, ...githubReader(made), repository, pull };
}

describe('E18 a GitHub App', () => {
  const login = { id: 'app', type: 'app', appId: '7', privateKey: key.privateKey } as const;

  /** Octokit and its tokens live by the time of the machine. */
  async function timed() {
    const made = await stage({ logins: { apps: [app] } });
    vi.useFakeTimers({ toFake: ['Date'], now: made.now() });
    onTestFinished(() => void vi.useRealTimers());
    const pass = (ms: number) => {
      made.pass(ms);
      vi.setSystemTime(made.now());
    };
    const list = () => made.pulls.list(made.target('shop/web', login), undefined, live);
    const tokens = () => made.github.seen.filter(({ path }) => path.endsWith('/access_tokens')).length;
    return { ...made, pass, list, tokens };
  }

  it('finds its installation, and renews its token before that ends', async () => {
    const { list, tokens, pass } = await timed();
    for (let minute = 0; minute < 180; minute += 10) {
      expect(await list()).toMatchObject({ ok: true });
      pass(600_000);
    }
    expect(tokens()).toBe(3);
  });
  it('whose token was revoked gets another', async () => {
    const { github, list, tokens, pass } = await timed();
    await list();
    const used = github.seen.at(-1)?.authorization?.replace('token ', '') ?? '';
    pass(60_000);
    github.logins.revoke(used);
    expect(await list()).toMatchObject({ ok: false, failure: { reason: 'Unauthorized' } });
    expect(await list()).toMatchObject({ ok: true });
    expect(tokens()).toBe(2);
  });
  it('writes as its bot', async () => {
    const { client, target } = await stage({ logins: { apps: [app] } });
    const named = { ...login, installationId: 9 };
    expect(await client.viewer(target('shop/web', named), live.signal)).toEqual({ ok: true, value: 'alustan[bot]' });
  });
  it('with a wrong key is refused, with what to do, and without the key', async () => {
    const { pulls, target } = await stage({ logins: { apps: [app] } });
    const wrong = { ...login, privateKey: appKey().privateKey };
    const list = await pulls.list(target('shop/web', wrong), undefined, live);
    expect(list).toMatchObject({
      ok: false,
      failure: { reason: 'Unauthorized', message: expect.stringMatching(/put a new one/) },
    });
    expect(JSON.stringify(list)).not.toContain('PRIVATE KEY');
  });
});

describe('E18 the quota', () => {
  it('is told, of a login and of nobody, and an anonymous 304 costs', async () => {
    const { pulls, client, target } = await stage();
    await pulls.list(target(), undefined, live);
    for (let i = 0; i < 3; i++) await pulls.list(target('shop/web', 'anonymous'), undefined, live);
    expect(client.quotas()).toMatchObject([
      { login: 'token', limit: 5_000, remaining: 4_998 },
      { login: 'anonymous', limit: 60, remaining: 57 },
    ]);
  });
  it('an anonymous look needs one request', async () => {
    const { github, pulls, target } = await stage();
    await pulls.list(target('shop/web', 'anonymous'), undefined, live);
    expect(github.seen).toHaveLength(1);
  });
  it('polls stop before it is used up, what cannot wait goes on, and nothing is lost', async () => {
    const { github, pulls, target, pass } = await stage({ limits: { login: 5_000, anonymous: 20 } });
    const anonymous = target('shop/web', 'anonymous');
    const first = await pulls.list(anonymous, undefined, live);
    const revision = first.ok ? first.value.revision : '';
    for (let i = 0; i < 100; i++) {
      expect(await pulls.list(anonymous, revision, live)).toMatchObject({ ok: true, value: { changed: false } });
    }
    const polls = github.seen.length;
    expect(polls).toBeLessThanOrEqual(17);
    expect(await pulls.get(anonymous, 1, live)).toMatchObject({ ok: true });
    pass(3_700_000);
    await pulls.list(anonymous, revision, live);
    expect(github.seen).toHaveLength(polls + 2);
    expect(github.seen.every((each) => each.status < 400)).toBe(true);
  });
  it('what is left is spread over the hour', async () => {
    const { github, pulls, target, pass } = await stage({ limits: { login: 5_000, anonymous: 60 } });
    const anonymous = target('shop/web', 'anonymous');
    for (let second = 0; second < 3_500; second += 10) {
      await pulls.list(anonymous, undefined, live);
      pass(10_000);
    }
    const refused = github.seen.filter((each) => each.status >= 400);
    expect([refused.length, github.seen.length]).toEqual([0, expect.any(Number)]);
    expect(github.seen.length).toBeLessThanOrEqual(57);
    expect(github.seen.length).toBeGreaterThan(50);
  });
  it('a secondary limit silences the login for as long as it says', async () => {
    const { github, pulls, target, pass, fault } = await stage();
    const body = '{"message":"You have exceeded a secondary rate limit. Please wait."}';
    fault(status(403, { 'content-type': 'application/json', 'retry-after': '90' }, body));
    const refused = await pulls.get(target(), 1, live);
    expect(refused).toMatchObject({ failure: { kind: 'transient', reason: 'RateLimited', retryAfterMs: 90_000 } });
    fault(undefined);
    pass(60_000);
    expect(await pulls.get(target(), 1, live)).toMatchObject({
      failure: { reason: 'RateLimited', retryAfterMs: 30_000 },
    });
    expect(github.seen).toHaveLength(0);
    pass(31_000);
    expect(await pulls.get(target(), 1, live)).toMatchObject({ ok: true });
  });
});

describe('E18 an answer that is no answer', () => {
  it('another server gets nothing of ours', async () => {
    const { pulls, target, fault } = await stage();
    fault(status(301, { location: 'http://127.0.0.1:1/x' }));
    expect(await pulls.get(target(), 1, live)).toMatchObject({ failure: { reason: 'ForeignRedirect' } });
  });
  it('a loop of redirects ends', async () => {
    const { pulls, target, fault } = await stage();
    fault(status(302, { location: '/github/again' }));
    expect(await pulls.get(target(), 1, live)).toMatchObject({ failure: { reason: 'TooManyRedirects' } });
  });
  it('what is missing is told with what to check', async () => {
    const { pulls, target } = await stage();
    const list = await pulls.list(target('shop/none'), undefined, live);
    expect(list).toMatchObject({
      failure: { reason: 'RepositoryNotFound', message: expect.stringMatching(/check owner and name/) },
    });
    expect(await pulls.get(target(), 99, live)).toMatchObject({ failure: { reason: 'PullRequestNotFound' } });
  });
  it('an abort ends it soon', async () => {
    const { pulls, target, fault } = await stage();
    fault(() => undefined);
    const stop = new AbortController();
    const asked = pulls.get(target(), 1, { signal: stop.signal, maxAgeMs: 0 });
    stop.abort();
    expect(await asked).toMatchObject({ failure: { reason: 'Aborted' } });
  });
});
