import { sign } from '@octokit/webhooks-methods';
import { beforeEach, describe, expect, it } from 'vitest';
import { githubHooks } from './github.ts';

const secret = 'a secret of webhooks';
const api = 'https://api.github.com/repos/shop/web';
const payload = { repository: { url: api, clone_url: 'https://github.com/shop/web.git' } };
const comment = { ...payload, issue: { number: 1, pull_request: { url: api } } };

describe('E16 webhooks of GitHub', () => {
  let rung: string[];
  let secrets: string[];
  let leads: boolean;
  let app: ReturnType<typeof githubHooks>;

  beforeEach(() => {
    [rung, secrets, leads] = [[], [secret], true];
    const bells = {
      gitPushed: (url: string) => void rung.push(`git ${url}`),
      pullRequestsChanged: (url: string) => void rung.push(`pulls ${url}`),
    };
    app = githubHooks({
      secrets: () => secrets,
      bells: () => (leads ? bells : undefined),
      log: { info() {}, warn() {} },
    });
  });

  async function send(event: string, body: unknown, more: Record<string, string> = {}, key = secret): Promise<number> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const headers = {
      ...{ 'content-type': 'application/json', 'x-github-event': event, 'x-github-delivery': crypto.randomUUID() },
      ...{ 'x-hub-signature-256': await sign(key, text), ...more },
    };
    return (await app.request('/', { method: 'POST', body: text, headers })).status;
  }

  it.each([
    ['pull_request', payload, [`pulls ${api}`]],
    ['issue_comment', comment, [`pulls ${api}`]],
    ['issue_comment', payload, []],
    ['push', payload, ['git https://github.com/shop/web.git']],
    ['star', payload, []],
    ['push', { repository: { clone_url: 7 } }, []],
    ['pull_request', {}, []],
  ])('%s %o rings %o', async (event, body, expected) => {
    expect(await send(event, body)).toBe(202);
    expect(rung).toEqual(expected);
  });
  it('answers a ping', async () => {
    expect(await send('ping', { zen: 'x' })).toBe(200);
  });
  it('a delivery that comes twice rings once; another of the same content rings again', async () => {
    const same = { 'x-github-delivery': 'd1' };
    await send('pull_request', payload, same);
    expect(await send('pull_request', payload, same)).toBe(202);
    await send('pull_request', payload, { 'x-github-delivery': 'd2' });
    expect(rung).toHaveLength(2);
  });
  it.each([
    ['signed with another secret', {}, 'other', 401],
    ['with a made-up signature', { 'x-hub-signature-256': 'sha256=00' }, secret, 401],
    ['with the old kind of signature', { 'x-hub-signature-256': 'sha1=00' }, secret, 401],
    ['as a form', { 'content-type': 'application/x-www-form-urlencoded' }, secret, 415],
  ])('%s: refused, nothing rings', async (_title, more, key, status) => {
    expect(await send('pull_request', payload, more, key)).toBe(status);
    expect(rung).toEqual([]);
  });
  it('a forged delivery does not use up the id of a true one', async () => {
    await send('pull_request', payload, { 'x-github-delivery': 'd1' }, 'other');
    await send('pull_request', payload, { 'x-github-delivery': 'd1' });
    expect(rung).toHaveLength(1);
  });
  it.each([
    ['not signed', { 'x-hub-signature-256': '' }],
    ['no secret is set', {}],
  ])('%s', async (title, more) => {
    if (title === 'no secret is set') secrets = [];
    expect([401, 403]).toContain(await send('pull_request', payload, more));
  });
  it('two secrets hold while one takes the place of the other', async () => {
    secrets = ['new', secret];
    expect(await send('pull_request', payload)).toBe(202);
    expect(await send('pull_request', payload, {}, 'new')).toBe(202);
  });
  it.each(['[]', '"x"', 'null', '{"a":'])('%s is no payload', async (body) => {
    expect(await send('pull_request', body)).toBe(400);
  });
  it('a replica that does not lead says so', async () => {
    leads = false;
    const again = { 'x-github-delivery': 'sent-again' };
    expect(await send('pull_request', payload, again)).toBe(503);
    // It was not heard, so the same one is not taken for known once it leads.
    leads = true;
    expect(await send('pull_request', payload, again)).toBe(202);
    expect(rung).toHaveLength(1);
  });

  it('25 MiB are refused before they are read', async () => {
    let read = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          read++;
          controller.enqueue(new Uint8Array(1024 * 1024));
        },
      },
      { highWaterMark: 0 },
    );
    const headers = { 'content-length': String(25 * 1024 * 1024), 'x-hub-signature-256': 'sha256=x' };
    const init: RequestInit = { method: 'POST', body, headers, duplex: 'half' };
    expect((await app.request('/', init)).status).toBe(413);
    expect(read).toBe(0);
  });
  it('a body without a length is cut off there', async () => {
    let read = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          read++;
          controller.enqueue(new Uint8Array(1024 * 1024));
        },
      },
      { highWaterMark: 0 },
    );
    const headers = { 'x-hub-signature-256': 'sha256=x' };
    const init: RequestInit = { method: 'POST', body, headers, duplex: 'half' };
    expect((await app.request('/', init)).status).toBe(413);
    expect(read).toBe(25);
  });
});
