import { describe, expect, it } from 'vitest';
import { describeActions } from '../../../test/plan/describe-plan.ts';
import { PreviewWorld, type When } from '../../../test/plan/preview.ts';

const registry = { containerRegistry: { provider: 'docker', imageName: 'alustan/web', semanticVersion: '>=1.0.0' } };
const open = [{ number: 8, branch: 'feat' }];

/** What is said after each step, as lines; and the comment after the last. */
function told(...steps: When[]) {
  const world = new PreviewWorld();
  for (const step of steps) {
    world.set(step);
    world.settle();
  }
  const actions = world.feedback();
  const [comment] = actions;
  if (comment?.type !== 'comment-upsert') return { lines: [], body: '', actions };
  const lines = describeActions({ groups: [{ name: 'feedback', actions }] });
  return { lines, body: comment.body ?? '', actions };
}

describe('what is said on a pull request', () => {
  it('where it answers, from which image and commit, since when', () => {
    const { lines, body, actions } = told({ open, spec: registry, tags: ['sha-abcdef0'] });
    expect(lines).toEqual([
      'comment on #8: shop/web-service',
      'status alustan/preview/shop/web-service success of abcdef0',
      'deployment shop/web-service-feat-8 success',
    ]);
    expect(body).toBe(
      [
        '<code>shop&#47;web-service</code> **is ready**',
        '',
        '| | |',
        '|---|---|',
        '| URL | [<code>https&#58;&#47;&#47;preview-feat-8-chart-example&#46;local</code>](https://preview-feat-8-chart-example.local/) |',
        '| Image | <code>alustan&#47;web&#58;sha-abcdef0</code>, built from this pull request |',
        '| Commit | <code>abcdef012345</code> |',
        '| Namespace | <code>preview-feat-8</code> |',
        '| Since | <code>2026-11-21T12&#58;00&#58;01&#46;002Z</code> |',
      ].join('\n'),
    );
    expect(actions).toMatchObject([
      { marker: 'alustan-preview', credentials: { namespace: 'alustan', secret: 'github' } },
      {
        targetUrl: 'https://preview-feat-8-chart-example.local',
        repository: { owner: 'alustan', repo: 'web-app-demo' },
      },
      { environmentUrl: 'https://preview-feat-8-chart-example.local', description: 'is ready' },
    ]);
  });

  it('the same words while nothing happens, however late it is', () => {
    const step: When = { open, spec: registry, tags: ['sha-abcdef0'] };
    expect(told(step, { later: 86_400_000 }).actions).toEqual(told(step).actions);
  });

  it('nothing of what is over in a moment', () => {
    const world = new PreviewWorld();
    world.set({ open });
    expect(world.plan().report.previews).toMatchObject([{ reason: 'NamespacePending' }]);
    expect(world.feedback()).toEqual([]);
  });

  it('what it waits for', () => {
    const required = { image: { required: true } };
    const { lines, body } = told({ open, previews: required, spec: registry, tags: [] });
    expect(lines).toEqual([
      'comment on #8: shop/web-service',
      'status alustan/preview/shop/web-service pending of abcdef0',
    ]);
    expect(body).toContain('**waits**');
    expect(body).toContain(
      '```text\nwaiting for the image alustan/web of abcdef0: the registry has none of the tags sha-abcdef0, feat-abcdef0, pr-8\n```',
    );
  });

  it('that an old version runs while the image of the new one is not there', () => {
    const pushed = [{ number: 8, branch: 'feat', headSha: '9999999aaaa' }];
    const { lines, body } = told({ open, spec: registry, tags: ['sha-abcdef0'] }, { open: pushed });
    expect(lines[1]).toBe('status alustan/preview/shop/web-service pending of 9999999');
    expect(body).toContain('sha-abcdef0 stays');
  });

  it('the one of the Service, where the pull request has no image', () => {
    const { body } = told({ open, spec: registry, tags: ['1.0.0'] }, { edits: {} });
    expect(body).toContain('| Image | the one of the Service itself |');
  });

  it('why it failed, with the last lines of its log, harmless whatever they are', () => {
    const log = 'Deployment web is not healthy; last log line: ``` @team <!-- --> [x](javascript:alert) </code> | cell';
    const { lines, body, actions } = told({
      open: [{ number: 8, branch: '``` @everyone <script>' }],
      health: { 'preview-everyone-script-8/web-service': `Failed Unhealthy: ${log}` },
      clusterSecrets: [{ data: { PASSWORD: 'a-real-secret' } }, { environment: 'other', data: { X: 'unused' } }],
    });
    expect(lines[1]).toBe('status alustan/preview/shop/web-service failure of abcdef0');
    expect(body).toContain(`\n\n\`\`\`\`text\n${log}\n\`\`\`\``);
    expect(body.replace(/````text[\s\S]*````/, '')).not.toMatch(/@|<script|\]\(javascript/);
    expect(actions[0]).toMatchObject({ sensitive: ['a-real-secret'] });
  });

  it('who is kept out, and how to get in; the commit has no status of it', () => {
    const { lines, body } = told({ open: [{ number: 8, branch: 'feat', draft: true }] });
    expect(lines).toEqual(['comment on #8: shop/web-service']);
    expect(body).toContain('**is not made**');
    expect(body).toContain('a draft gets no preview; mark it as ready for review');
  });

  it('its end', () => {
    const { lines, body } = told({ open }, { open: [], fates: { 8: 'merged' } });
    expect(lines).toEqual([
      'comment on #8: shop/web-service',
      'status alustan/preview/shop/web-service success of abcdef0',
      'deployment shop/web-service-feat-8 inactive',
    ]);
    expect(body).toBe('<code>shop&#47;web-service</code> **is removed**\n\n```text\nthe pull request was merged\n```');
  });

  it('E18 nothing without a login, nothing with the login of another server, nothing of a Service that wants none', () => {
    expect(told({ open, previews: { apiURL: 'https://ghe.example/api/v3' } }).actions).toEqual([]);
    expect(
      told({ open, previews: { apiURL: 'https://ghe.example/api/v3', secretRef: { name: 'ghe' } } }).actions[0],
    ).toMatchObject({
      credentials: { namespace: 'shop', secret: 'ghe' },
      repository: { apiUrl: 'https://ghe.example/api/v3' },
    });
    const { secretName: _, ...settings } = new PreviewWorld().facts().settings;
    const world = new PreviewWorld();
    world.set({ open });
    world.settings = settings;
    world.settle();
    expect(world.feedback()).toEqual([]);
    expect(told({ open }, { orphaned: true }).actions).toEqual([]);
  });

  it('nothing on pull requests of a repository that is no longer previewed', () => {
    expect(told({ open }, { open: [], previews: { gitRepo: 'another' } }).actions).toEqual([]);
  });
});
