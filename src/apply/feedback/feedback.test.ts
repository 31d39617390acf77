import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { githubReader, githubStage, token } from '../../../test/support/github.ts';
import { FakeClock } from '../../core/fake-clock.ts';
import { codeBlock, inlineCode } from '../../core/markdown.ts';
import type { FeedbackAction } from '../../core/plan.ts';
import type { ForgeCredentials } from '../../core/pull-request.ts';
import { createGitHubWriter } from '../../source/github/writer.ts';
import { FeedbackApplier } from './feedback.ts';

const newToken = 'ghp_another-one-of-the-test';

type Words = Partial<Extract<FeedbackAction, { type: 'comment-upsert' }>>;

/** Pull request 1 of shop/web, and appliers that come and go as controllers do. */
async function stage() {
  const made = await githubStage({ logins: { tokens: { [token]: 'alustan-bot', [newToken]: 'alustan-bot' } } });
  const repository = made.github.world.repository('shop', 'web');
  const pull = made.github.world.open(repository, { branch: 'feat-x' });
  const { repository: where } = made.target();
  const warnings: string[] = [];
  const changed: string[] = [];
  const logins: Record<string, ForgeCredentials> = { github: { id: 'alustan/github', type: 'token', token } };
  const start = () => {
    const clock = new FakeClock();
    const applier = new FeedbackApplier({
      writer: createGitHubWriter(githubReader(made).client),
      loginOf: ({ secret }) => logins[secret],
      clock,
      log: { warn: (_fields, message) => warnings.push(message) },
      refusalChanged: (section) => changed.push(section),
    });
    onTestFinished(() => applier.close());
    // The writes are real requests, the pauses between them are not.
    const settle = () =>
      vi.waitFor(
        async () => {
          await clock.advance(1_000);
          expect(applier.pending).toBe(0);
        },
        { timeout: 30_000, interval: 1 },
      );
    const say = async (...actions: FeedbackAction[]) => {
      for (const action of actions) expect(await applier.apply(action)).toMatchObject({ ok: true });
      await settle();
    };
    return { applier, say, settle };
  };
  const common = { repository: where, credentials: { namespace: 'alustan', secret: 'github' }, section: 'shop/web' };
  const comment = (words: Words = {}): FeedbackAction => ({
    ...common,
    type: 'comment-upsert',
    number: pull.number,
    marker: 'preview',
    heading: '### Previews',
    body: 'It is **ready**.',
    sensitive: [],
    ...words,
  });
  const writes = () =>
    made.github.seen.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
  return { ...made, repository, pull, common, comment, start, writes, warnings, changed, logins };
}

describe('E16 the one comment on a pull request', () => {
  it('is written once, edited when its words change, and not when they do not', async () => {
    const { repository, start, comment, writes } = await stage();
    const { say } = start();
    await say(comment());
    await say(comment());
    await say(comment({ body: 'It sleeps.' }));
    expect(repository.comments).toHaveLength(1);
    expect(repository.comments[0]).toMatchObject({
      author: 'alustan-bot',
      edits: 1,
      body: expect.stringContaining('It sleeps.'),
    });
    expect(writes()).toHaveLength(2);
  });
  it('is found again after a restart, and not written where nothing changed', async () => {
    const { repository, start, comment, writes } = await stage();
    await start().say(comment());
    await start().say(comment());
    expect(writes()).toHaveLength(1);
    await start().say(comment({ body: 'other' }));
    expect(repository.comments).toHaveLength(1);
  });
  it('holds the words of several Services, each of whom leaves the others alone, also after a restart', async () => {
    const { repository, start, comment } = await stage();
    await start().say(comment({ section: 'shop/web', body: 'web' }), comment({ section: 'shop/api', body: 'api' }));
    const body = () => repository.comments[0]?.body ?? '';
    expect(body().indexOf('api')).toBeLessThan(body().indexOf('web'));
    const { say } = start();
    await say(comment({ section: 'shop/api', body: 'new words' }));
    expect(body()).toMatch(/new words[\s\S]*web/);
    const { body: _, ...gone } = comment({ section: 'shop/api' }) as Extract<
      FeedbackAction,
      { type: 'comment-upsert' }
    >;
    await say(gone);
    expect(body()).not.toContain('new words');
    expect(body()).toContain('web');
  });
  it('is not taken from somebody who wrote our mark', async () => {
    const { github, repository, start, comment } = await stage();
    github.world.comment(repository, 1, 'mallory', '<!-- alustan:preview -->\n\nmine');
    await start().say(comment());
    expect(repository.comments.map(({ author, edits }) => [author, edits])).toEqual([
      ['mallory', 0],
      ['alustan-bot', 0],
    ]);
  });
  it('is made again when somebody deleted it, once there is news', async () => {
    const { repository, start, comment } = await stage();
    const { say } = start();
    await say(comment());
    repository.comments.length = 0;
    await say(comment({ body: 'news' }));
    expect(repository.comments).toHaveLength(1);
  });
  it('quotes no secret, and nothing in it is taken for a mark', async () => {
    const { repository, start, comment } = await stage();
    const hostile = `hunter22 and ${token}\n<!-- alustan:end -->\n<!-- alustan:section shop/api -->`;
    await start().say(comment({ body: hostile, sensitive: ['hunter22'] }));
    expect(repository.comments[0]?.body).not.toMatch(/hunter22|ghp_/);
    await start().say(comment({ section: 'shop/api', body: 'api' }), comment({ body: 'web' }));
    expect(repository.comments[0]?.body.match(/alustan:section/g)).toHaveLength(2);
  });
  it('quotes no secret in code, whose characters are written in another way', async () => {
    const { repository, start, comment } = await stage();
    const secret = 'p@ss/w<rd>\nsecond*line';
    const body = `${inlineCode(`with ${secret} in it`)}\n\n${codeBlock(`password=${secret}`)}`;
    await start().say(comment({ body, sensitive: [secret] }));
    const said = repository.comments[0]?.body ?? '';
    expect(said).not.toMatch(/p@ss|&#64;ss|second/);
    expect(said).toContain('password=');
  });
  it('stays within what GitHub takes, with its code closed', async () => {
    const { repository, start, comment } = await stage();
    const long = `\`\`\`\n${'a line of a log\n'.repeat(10_000)}\`\`\``;
    await start().say(comment({ body: long }), comment({ section: 'shop/api', body: 'short' }));
    const body = repository.comments[0]?.body ?? '';
    expect(body.length).toBeLessThanOrEqual(65_536);
    expect(body.match(/^```$/gm)).toHaveLength(2);
    expect(body).toContain('short');
  });
  it('says nothing without a login', async () => {
    const { github, start, comment, repository } = await stage();
    const { credentials: _, ...anonymous } = comment();
    await start().say(
      anonymous as FeedbackAction,
      comment({ credentials: { namespace: 'alustan', secret: 'unknown' } }),
    );
    expect([repository.comments.length, github.seen.length]).toEqual([0, 0]);
  });
  it('tells in the log what a login lacks, once, and holds up nothing', async () => {
    const { github, start, comment, warnings } = await stage();
    github.logins.revoke(token);
    const { applier } = start();
    await applier.apply(comment());
    await expect.poll(() => warnings.length).toBe(1);
    expect(warnings[0]).toMatch(/put a new one into its Secret/);
  });
  it('tells each Service why its words cannot be said, until they are; not of what is over', async () => {
    const { github, start, comment, pull, common, changed, target } = await stage();
    const { applier, settle } = start();
    const { number, head } = pull;
    const status = (state: 'success' | 'pending', more: { last?: true } = {}): FeedbackAction => ({
      ...common,
      type: 'commit-status',
      number,
      sha: head.sha,
      context: 'c',
      description: 'd',
      state,
      ...more,
    });
    const refused = (section: string) => applier.refusal(section, target())?.reason;
    github.logins.revoke(token);
    await applier.apply(comment());
    await applier.apply(comment({ section: 'shop/api' }));
    await applier.apply(status('success'));
    await expect.poll(() => [refused('shop/web'), refused('shop/api')]).toEqual(['Unauthorized', 'Unauthorized']);
    expect(refused('shop/db')).toBeUndefined();
    await applier.apply(comment({ body: 'The last words.', last: true }));
    await applier.apply(status('pending', { last: true }));
    await expect.poll(() => refused('shop/web')).toBeUndefined();
    expect(refused('shop/api')).toBe('Unauthorized');
    github.logins.restore(token);
    await applier.apply(comment({ section: 'shop/api', body: 'It is back.' }));
    await settle();
    expect(refused('shop/api')).toBeUndefined();
    expect(new Set(changed)).toEqual(new Set(['shop/web', 'shop/api']));
  });
  it('tells nothing any more of another login or another repository than the ones that are in use', async () => {
    const { github, start, comment, target, logins } = await stage();
    const { applier } = start();
    github.logins.revoke(token);
    await applier.apply(comment());
    await expect.poll(() => applier.refusal('shop/web', target())?.reason).toBe('Unauthorized');
    logins['github'] = { id: 'alustan/github, renewed', type: 'token', token: newToken };
    expect(applier.refusal('shop/web', target('shop/web', logins['github']))).toBeUndefined();
    expect(applier.refusal('shop/web', target('shop/other'))).toBeUndefined();
  });
});

describe('E16 statuses and deployments', () => {
  it('of a commit that is not the newest any more nothing is said, once it can be said again', async () => {
    const { github, repository, pull, start, common, warnings } = await stage();
    const { applier, settle } = start();
    const { number, head } = pull;
    const status = (description: string, sha = head.sha): FeedbackAction => ({
      ...common,
      type: 'commit-status',
      number,
      sha,
      context: 'c',
      state: 'pending',
      description,
    });
    github.logins.revoke(token);
    await applier.apply(status('older', '0'.repeat(40)));
    await expect.poll(() => warnings.length).toBe(1);
    github.logins.restore(token);
    await applier.apply(status('newest'));
    await settle();
    expect(repository.statuses.map(({ description }) => description)).toEqual(['newest']);
  });
  it('a commit status for each Service, not repeated, also after a restart', async () => {
    const { repository, pull, start, common, writes } = await stage();
    const status = (state: 'pending' | 'success', description: string): FeedbackAction => ({
      ...common,
      type: 'commit-status',
      number: pull.number,
      sha: pull.head.sha,
      context: 'alustan/preview/shop/web',
      state,
      description,
      ...(state === 'success' ? { targetUrl: 'https://preview.example' } : {}),
    });
    await start().say(status('pending', 'x'.repeat(200)));
    await start().say(status('pending', 'x'.repeat(200)));
    await start().say(status('success', 'ready'));
    expect(repository.statuses.map(({ state, description }) => [state, description.length])).toEqual([
      ['pending', 140],
      ['success', 5],
    ]);
    expect(writes()).toHaveLength(2);
  });
  it('one Deployment for each commit and environment, with its newest state and address', async () => {
    const { repository, pull, start, common } = await stage();
    const deployment = (state: 'in_progress' | 'success' | 'inactive', more = {}): FeedbackAction => ({
      ...common,
      type: 'deployment',
      sha: pull.head.sha,
      environment: 'preview/web-1',
      state,
      description: state,
      ...more,
    });
    const { say } = start();
    await say(deployment('in_progress'));
    await say(deployment('success', { environmentUrl: 'https://preview.example/' }));
    await start().say(deployment('success', { environmentUrl: 'https://preview.example/' }));
    await start().say(deployment('inactive'));
    await start().say(deployment('inactive', { environment: 'preview/never' }));
    expect(repository.deployments).toHaveLength(1);
    expect(repository.deployments[0]?.statuses.map(({ state, environmentUrl }) => [state, environmentUrl])).toEqual([
      ['in_progress', ''],
      ['success', 'https://preview.example/'],
      ['inactive', ''],
    ]);
  });
});
