import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../core/hash.ts';
import type { Failure } from '../../core/result.ts';
import { createImageSource, type ImageSource } from './images.ts';

let server: Server;
let host: string;
let answer: RequestListener;
let log: string[];
const open: ImageSource[] = [];
const signal = new AbortController().signal;

beforeAll(async () => {
  server = createServer((request, response) => {
    log.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  log = [];
  return async () => {
    await Promise.all(open.splice(0).map((source) => source.close()));
  };
});

const make = (options: Parameters<typeof createImageSource>[0] = {}): ImageSource => {
  const source = createImageSource({ maxAgeMs: 0, ...options });
  open.push(source);
  return source;
};
const login = { id: 'shop/registry/1', auth: { username: 'me', password: 'hunter22' } };
const repo = () => ({ host, repository: 'shop/api' });
const tagsOf = async (
  source = make(),
  ref: Parameters<ImageSource['observe']>[0] = repo(),
): Promise<readonly string[]> => {
  const result = await source.observe(ref, undefined, { signal });
  if (!result.ok) throw new Error(result.failure.message);
  return result.value.changed ? result.value.fact.tags : [];
};
const failureOf = async (
  source: ImageSource,
  ref: Parameters<ImageSource['observe']>[0] = repo(),
): Promise<Failure> => {
  const result = await source.observe(ref, undefined, { signal });
  if (result.ok) throw new Error('did not fail');
  return result.failure;
};
const status =
  (code: number, headers: Record<string, string> = {}, body = ''): RequestListener =>
  (_request, response) =>
    void response.writeHead(code, headers).end(body);
const page = (tags: string[] | null, headers: Record<string, string> = {}): RequestListener =>
  status(200, { 'content-type': 'application/json', ...headers }, JSON.stringify({ name: 'shop/api', tags }));
const query = (request: IncomingMessage) => new URL(request.url ?? '', 'http://x').searchParams;

describe('E24 all tags are listed', () => {
  it.each([
    ['a relative Link', (last: number) => `</v2/shop/api/tags/list?last=${last}&n=1000>; rel="next"`],
    ['a full Link', (last: number) => `<http://${host}/v2/shop/api/tags/list?last=${last}&n=1000>; rel=next`],
    ['a Link without a path', (last: number) => `<list?last=${last}&n=1000>; rel="next"`],
  ])('page after page, by %s', async (_title, link) => {
    const all = Array.from({ length: 10 }, (_, i) => `1.${i}.0`);
    answer = (request, response) => {
      const from = Number(query(request).get('last') ?? 0);
      const headers: Record<string, string> = from + 3 < all.length ? { link: link(from + 3) } : {};
      page(all.slice(from, from + 3), headers)(request, response);
    };
    expect(await tagsOf()).toEqual([...all].sort());
    expect(log).toHaveLength(4);
    expect(log[0]).toBe('GET /v2/shop/api/tags/list?n=1000');
  });
  it('none in an empty repository', async () => {
    answer = page(null);
    expect(await tagsOf()).toEqual([]);
  });
  it('and pages in a circle are refused', async () => {
    answer = page(['1.0.0'], { link: '</v2/shop/api/tags/list?n=1000&last=x>; rel="next"' });
    expect(await failureOf(make())).toMatchObject({
      kind: 'transient',
      reason: 'BadAnswer',
      message: expect.stringContaining('circle'),
    });
    expect(log).toHaveLength(2);
  });
  it('and a page at another host gets no credentials', async () => {
    answer = page(['1.0.0'], { link: '<http://127.0.0.1:1/v2/x>; rel="next"' });
    expect(await failureOf(make())).toMatchObject({
      reason: 'BadAnswer',
      message: expect.stringContaining('another host'),
    });
  });
});

describe('a rescan costs little', () => {
  it('an ETag saves the list', async () => {
    answer = (request, response) =>
      (request.headers['if-none-match'] === '"a"' ? status(304) : page(['1.0.0'], { etag: '"a"' }))(request, response);
    const source = make();
    const first = await source.observe(repo(), undefined, { signal });
    const revision = first.ok ? first.value.revision : '';
    expect(await source.observe(repo(), revision, { signal })).toEqual({
      ok: true,
      value: { changed: false, revision },
    });
    expect(await tagsOf(source)).toBe(first.ok && first.value.changed ? first.value.fact.tags : undefined);
  });
  it('the same tags are the same array, in whatever order they come', async () => {
    const source = make();
    answer = page(['1.0.0', '1.1.0']);
    const first = await tagsOf(source);
    answer = page(['1.1.0', '1.0.0']);
    expect(await tagsOf(source)).toBe(first);
    answer = page(['1.1.0']);
    expect(await tagsOf(source)).toEqual(['1.1.0']);
  });
  it('a hundred objects at once cost one list', async () => {
    answer = page(['1.0.0']);
    const source = make({ maxAgeMs: 10_000 });
    await Promise.all(Array.from({ length: 100 }, () => tagsOf(source)));
    expect(log).toHaveLength(1);
  });
});

describe('E24 tokens', () => {
  let clock = 0;
  const issued: string[] = [];
  const bearer: RequestListener = (request, response) => {
    const challenge = `Bearer realm="http://${host}/token?a=1",service="reg, istry",scope="repository:shop/api:pull"`;
    if (request.url?.startsWith('/token')) {
      issued.push(String(request.headers.authorization));
      const text = JSON.stringify({ token: `T${issued.length}`, expires_in: 100 });
      return void response.writeHead(200, { 'content-type': 'application/json' }).end(text);
    }
    if (request.headers.authorization !== `Bearer T${issued.length}` || issued.length === 0)
      return status(401, { 'www-authenticate': challenge })(request, response);
    return page(['1.0.0'])(request, response);
  };
  beforeEach(() => {
    clock = 0;
    issued.length = 0;
    answer = bearer;
  });

  it('are fetched anonymously, kept, and renewed before they expire', async () => {
    const source = make({ now: () => clock });
    await tagsOf(source);
    await tagsOf(source);
    expect(issued).toEqual(['undefined']);
    expect(log[1]).toBe('GET /token?a=1&service=reg%2C+istry&scope=repository%3Ashop%2Fapi%3Apull');
    clock = 91_000;
    log = [];
    await tagsOf(source);
    expect(issued).toHaveLength(2);
  });
  it('are fetched with the login', async () => {
    await tagsOf(make(), { ...repo(), login });
    expect(issued).toEqual([`Basic ${Buffer.from('me:hunter22').toString('base64')}`]);
  });
  it('of one login do not serve another', async () => {
    const source = make({ maxAgeMs: 60_000 });
    await tagsOf(source, { ...repo(), login });
    await tagsOf(source);
    expect(issued).toHaveLength(2);
  });
  it('are not fetched in the clear', async () => {
    answer = status(401, { 'www-authenticate': 'Bearer realm="http://auth.example.com/token"' });
    expect(await failureOf(make(), { ...repo(), login })).toMatchObject({
      reason: 'InsecureRegistry',
      message: expect.stringContaining('http://auth.example.com'),
    });
  });
  it('are not needed for Basic', async () => {
    const expected = `Basic ${Buffer.from('me:hunter22').toString('base64')}`;
    answer = (request, response) =>
      (request.headers.authorization === expected
        ? page(['1.0.0'])
        : status(401, { 'www-authenticate': 'Basic realm="x"' }))(request, response);
    expect(await tagsOf(make(), { ...repo(), login })).toEqual(['1.0.0']);
    expect(await failureOf(make())).toMatchObject({ reason: 'Unauthorized' });
  });
});

describe('a registry that does not answer as it should', () => {
  const error = JSON.stringify({ errors: [{ code: 'NAME_UNKNOWN', message: 'repository name not known' }] });
  it.each<[string, RequestListener, Partial<Failure>, RegExp]>([
    ['401', status(401), { kind: 'invalid', reason: 'Unauthorized' }, /answered 401; give a login/],
    ['403', status(403), { kind: 'invalid', reason: 'Unauthorized' }, /answered 403/],
    [
      '404',
      status(404, {}, error),
      { kind: 'invalid', reason: 'ImageNotFound' },
      /answered 404 \(NAME_UNKNOWN: repository name not known\); check the name/,
    ],
    [
      '429',
      status(429, { 'retry-after': '30' }),
      { kind: 'transient', reason: 'RateLimited', retryAfterMs: 30_000 },
      /answered 429/,
    ],
    ['500', status(500), { kind: 'transient', reason: 'ServerError' }, /answered 500/],
    [
      '503 with Retry-After',
      status(503, { 'retry-after': '5' }),
      { kind: 'transient', reason: 'ServerError', retryAfterMs: 5000 },
      /answered 503/,
    ],
    [
      'an HTML page',
      status(200, { 'content-type': 'text/html' }, '<html>'),
      { kind: 'transient', reason: 'NotARegistry' },
      /a web page \(HTML\)/,
    ],
    [
      'JSON of another kind',
      status(200, { 'content-type': 'application/json' }, '{"a":1}'),
      { kind: 'transient', reason: 'NotARegistry' },
      /application\/json/,
    ],
    ['silence', () => undefined, { kind: 'transient', reason: 'Timeout' }, /did not answer in time/],
    [
      'a closed connection',
      (request) => request.socket.destroy(),
      { kind: 'transient', reason: 'Unreachable' },
      /connection closed/,
    ],
    [
      'an unusable challenge',
      status(401, { 'www-authenticate': 'Bearer service="x"' }),
      { kind: 'transient', reason: 'BadAnswer' },
      /no address at which to log in/,
    ],
  ])('%s', async (_title, listener, expected, message) => {
    answer = listener;
    const failure = await failureOf(make({ timeouts: { headers: 200 } }), { ...repo(), login });
    expect(failure).toMatchObject(expected);
    expect(failure.message).toMatch(message);
    expect(failure.message).toContain(`repository "shop/api" at registry ${host}`);
    expect(failure.message).not.toContain('hunter22');
  });

  it('E24 after a 429 is left alone for as long as it says, whatever the repository', async () => {
    let clock = 0;
    const source = make({ now: () => clock });
    answer = status(429, { 'retry-after': '30' });
    await failureOf(source);
    answer = page(['1.0.0']);
    clock = 29_000;
    expect(await failureOf(source, { host, repository: 'other' })).toMatchObject({
      reason: 'RateLimited',
      retryAfterMs: 1000,
    });
    expect(log).toHaveLength(1);
    clock = 30_000;
    expect(await tagsOf(source)).toEqual(['1.0.0']);
  });
  it('an abort ends it', async () => {
    answer = () => undefined;
    const controller = new AbortController();
    const pending = make().observe(repo(), undefined, { signal: controller.signal });
    controller.abort();
    expect(await pending).toMatchObject({ ok: false, failure: { reason: 'Aborted' } });
  });
});

describe('the image gate', () => {
  const text = JSON.stringify({ schemaVersion: 2 });
  const digest = `sha256:${sha256(text)}`;

  it('resolves a tag by one HEAD', async () => {
    answer = status(200, { 'docker-content-digest': digest });
    expect(await make().pullable(repo(), '1.0.0', { signal })).toEqual({ ok: true, value: { digest } });
    expect(log).toEqual(['HEAD /v2/shop/api/manifests/1.0.0']);
  });
  it('computes the digest where the registry does not say it', async () => {
    answer = (request, response) => void response.writeHead(200).end(request.method === 'HEAD' ? undefined : text);
    expect(await make().pullable(repo(), '1.0.0', { signal })).toEqual({ ok: true, value: { digest } });
  });
  it('checks content that is named by its digest', async () => {
    answer = (request, response) => void response.writeHead(200).end(request.method === 'HEAD' ? undefined : 'other');
    expect(await make().pullable(repo(), digest, { signal })).toMatchObject({
      ok: false,
      failure: { reason: 'DigestMismatch' },
    });
  });
  it('names a tag that is listed but not there yet', async () => {
    answer = status(404);
    expect(await make().pullable(repo(), '2.0.0', { signal })).toMatchObject({
      ok: false,
      failure: { reason: 'ImageNotFound', message: expect.stringContaining('has no "2.0.0"') },
    });
  });
});

describe('--registry-mirror', () => {
  it('serves a host that is not reached itself', async () => {
    answer = page(['1.0.0']);
    const source = make({ mirrors: [{ from: 'docker.io', to: `http://${host}` }] });
    expect(await tagsOf(source, { host: 'docker.io', repository: 'shop/api', login })).toEqual(['1.0.0']);
    expect(log).toEqual(['GET /v2/shop/api/tags/list?n=1000']);
  });
  it('is passed over when it is down or lacks the image, and gets no login', async () => {
    const seen: unknown[] = [];
    answer = (request, response) => {
      seen.push(request.headers.authorization);
      (request.url?.startsWith('/empty') ? status(404) : page(['1.0.0']))(request, response);
    };
    const source = make({
      mirrors: [
        { from: host, to: 'http://127.0.0.1:1' },
        { from: host, to: `http://${host}/empty` },
      ],
    });
    expect(await tagsOf(source, { ...repo(), login })).toEqual(['1.0.0']);
    expect(log).toEqual(['GET /empty/v2/shop/api/tags/list?n=1000', 'GET /v2/shop/api/tags/list?n=1000']);
    expect(seen).toEqual([undefined, undefined]);
  });
});
