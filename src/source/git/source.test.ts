import { mkdir, mkdtemp, readdir, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GitServer } from '../../../test/support/git-server.ts';
import type { Failure } from '../../core/result.ts';
import type { GitPath } from './reference.ts';
import { createGitSource, type GitFact, type GitOptions, type GitSource } from './source.ts';
import { createGitThread } from './thread.ts';

let server: GitServer;
let cacheDir: string;
/** Serves all tests that need no source of their own. */
let common: GitSource;
/** Starting a worker takes a while. */
const thread = createGitThread();
const open: GitSource[] = [];
const never = new AbortController().signal;

const make = (options: Partial<GitOptions> = {}): GitSource => {
  const source = createGitSource({ cacheDir, maxAgeMs: 0, thread, ...options });
  open.push(source);
  return source;
};
const observed = async (source: GitSource, ref: GitPath, seen?: string) => {
  const result = await source.observe(ref, seen, { signal: never });
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
};
const factOf = async (ref: GitPath, source = common): Promise<GitFact> => {
  const value = await observed(source, ref);
  if (!value.changed) throw new Error('unchanged');
  return value.fact;
};
const failureOf = async (ref: GitPath, source = common): Promise<Failure> => {
  const result = await source.observe(ref, undefined, { signal: never });
  if (result.ok) throw new Error('did not fail');
  return result.failure;
};
const texts = (fact: GitFact) =>
  Object.fromEntries(fact.files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()]));

beforeAll(async () => {
  server = await GitServer.start();
  cacheDir = await mkdtemp(join(tmpdir(), 'alustan-git-cache-'));
  common = createGitSource({ cacheDir, maxAgeMs: 0, thread });
  const folder = cacheDir;
  await server.commit('shop', { 'chart/Chart.yaml': 'name: shop\n', 'chart/templates/a.yaml': 'a: 1\n', README: 'x' });
  return async () => {
    await common.close();
    await thread.close();
    await rm(folder, { recursive: true, force: true });
    await server.close();
  };
});
beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'alustan-git-cache-'));
  server.clear();
  server.intercept = undefined;
  server.version2 = true;
  return async () => {
    await Promise.all(open.splice(0).map((source) => source.close()));
    await rm(cacheDir, { recursive: true, force: true });
  };
});
describe('a git path is read', () => {
  it.each([
    ['of a branch', 'main'],
    ['of the default branch', undefined],
    ['of HEAD', 'HEAD'],
    ['of a full ref', 'refs/heads/main'],
    ['of a tag', 'v1'],
    ['of an annotated tag', 'v2'],
  ])('%s', async (_title, ref) => {
    await server.git('shop', 'tag', '-f', 'v1').then(() => server.git('shop', 'tag', '-f', '-a', 'v2', '-m', 'two'));
    const commit = await server.git('shop', 'rev-parse', 'HEAD');
    const path = { url: server.url('shop'), path: 'chart', ...(ref === undefined ? {} : { ref }) };
    const fact = await factOf(path);
    expect(fact.commit).toBe(commit);
    expect(texts(fact)).toEqual({ 'Chart.yaml': 'name: shop\n', 'templates/a.yaml': 'a: 1\n' });
  });

  it('of a commit that no branch ends in', async () => {
    const old = await server.commit('history', { f: '1' });
    await server.commit('history', { f: '2' });
    expect(texts(await factOf({ url: server.url('history'), ref: old, path: '' }))).toEqual({ f: '1' });
  });
  it('from a server that knows only the old protocol', async () => {
    server.version2 = false;
    expect((await factOf({ url: server.url('shop'), ref: 'main', path: './chart/' })).files).toHaveLength(2);
  });
  it('from a single file', async () => {
    expect(texts(await factOf({ url: server.url('shop'), ref: 'main', path: 'chart/Chart.yaml' }))).toEqual({
      'Chart.yaml': 'name: shop\n',
    });
  });
  it('over a rewritten URL (--git-rewrite)', async () => {
    const source = make({ rewrites: [{ from: 'https://git.example.com/', to: `${server.origin}/` }] });
    expect((await factOf({ url: 'https://git.example.com/shop.git', path: 'chart' }, source)).files).toHaveLength(2);
  });
  it('with a branch before a tag of the same name, and slashes in names', async () => {
    await server.commit('names', { f: 'branch' }, 'feat/x');
    await server.git('names', 'tag', 'feat/x', 'refs/heads/feat/x');
    const tip = await server.commit('names', { f: 'moved' }, 'feat/x');
    expect((await factOf({ url: server.url('names'), ref: 'feat/x', path: '' })).commit).toBe(tip);
  });
  it('with one digest for one content, whatever the commit', async () => {
    await server.commit('same', { 'a/f': '1', 'b/f': '1', 'c/f': '2' });
    const source = common;
    const digest = async (path: string) => (await factOf({ url: server.url('same'), path }, source)).digest;
    const [a, b, c] = [await digest('a'), await digest('b'), await digest('c')];
    await server.commit('same', { other: 'x' });
    expect(await digest('a')).toBe(a);
    expect(b).toBe(a);
    expect(c).not.toBe(a);
  });
});

describe('the highest tag that satisfies a constraint is read', () => {
  beforeAll(async () => {
    for (const tag of ['v1.0.0', 'v1.2.0', '1.10.0', 'v2.0.0-rc.1', 'release-9']) {
      await server.commit('tagged', { f: tag });
      await server.git('tagged', 'tag', ...(tag === 'v1.2.0' ? ['-a', '-m', 'annotated'] : []), tag);
    }
    await server.commit('tagged', { f: 'newest' });
  });

  it.each([
    ['of all versions', '*', '1.10.0'],
    ['of one minor version, by an annotated tag', '~1.2', 'v1.2.0'],
    ['with prereleases where one is named', '>=2.0.0-0', 'v2.0.0-rc.1'],
  ])('%s', async (_title, semver, expected) => {
    const ref = { url: server.url('tagged'), semver, path: '' };
    expect(texts(await factOf(ref))).toEqual({ f: expected });
    server.version2 = false;
    expect(texts(await factOf(ref))).toEqual({ f: expected });
  });
  it('and a new one is seen', async () => {
    const ref = { url: server.url('tagged'), semver: '^1', path: '' };
    const { revision } = await observed(common, ref);
    expect(await observed(common, ref, revision)).toEqual({ changed: false, revision });
    await server.git('tagged', 'tag', 'v1.11.0', 'v1.0.0');
    expect(await observed(common, ref, revision)).toMatchObject({ changed: true, fact: { files: [{ path: 'f' }] } });
    await server.git('tagged', 'tag', '-d', 'v1.11.0');
  });
  it.each([
    [
      'none does',
      'tagged',
      '>=9',
      'NoValidVersion',
      /tagged.git has no tag that satisfies ">=9"; it has for example .*v1\.2\.0/,
    ],
    ['there is no tag', 'shop-untagged', '*', 'NoValidVersion', /it has no tags/],
    ['it is no constraint', 'tagged', '>>1', 'InvalidConstraint', /">>1" is not a version constraint/],
  ])('unless %s', async (_title, name, semver, reason, message) => {
    await server.commit('shop-untagged', { f: '1' });
    const failure = await failureOf({ url: server.url(name), semver, path: '' });
    expect(failure).toMatchObject({ kind: 'invalid', reason, message: expect.stringMatching(message) });
  });
});

describe('what has not moved costs nothing', () => {
  it('and a known revision downloads nothing, in one request', async () => {
    const source = common;
    const ref = { url: server.url('shop'), ref: 'main', path: 'chart' };
    const { revision } = await observed(source, ref);
    server.clear();
    expect(await observed(source, ref, revision)).toEqual({ changed: false, revision });
    expect(server.log).toEqual(['POST /shop.git/git-upload-pack']);
  });
  it('and a restart downloads nothing', async () => {
    const ref = { url: server.url('shop'), ref: 'main', path: 'chart' };
    await factOf(ref, make());
    server.clear();
    expect((await factOf(ref, make())).files).toHaveLength(2);
    expect(server.log).toEqual(['POST /shop.git/git-upload-pack']);
  });
  it('and a hundred objects at once cost one poll and one download', async () => {
    const source = make({ maxAgeMs: 10_000 });
    const ref = { url: server.url('shop'), ref: 'main', path: 'chart' };
    const all = await Promise.all(Array.from({ length: 100 }, () => factOf(ref, source)));
    expect(new Set(all).size).toBe(1);
    expect(server.log).toHaveLength(2);
  });
  it('and a commit id is not asked for', async () => {
    const source = common;
    const ref = await server.git('shop', 'rev-parse', 'HEAD');
    await factOf({ url: server.url('shop'), ref, path: 'chart' }, source);
    server.clear();
    await factOf({ url: server.url('shop'), ref, path: '' }, source);
    expect(server.log).toEqual([]);
  });
  it('and A → B → A, and a branch begun anew, are followed', async () => {
    const source = common;
    const ref = { url: server.url('aba'), path: '' };
    for (const f of ['A', 'B', 'A']) {
      await server.commit('aba', { f });
      expect(texts(await factOf(ref, source))).toEqual({ f });
    }
    await server.commit('aba', { f: 'new' }, 'main', true);
    expect(texts(await factOf(ref, source))).toEqual({ f: 'new' });
  });
});

describe('a symlink', () => {
  it('inside the repository is followed, file and folder', async () => {
    await server.commit('links', {
      'lib/x': 'x',
      'lib/deep/y': 'y',
      'chart/file': { link: '../lib/x' },
      'chart/folder': { link: '../lib/deep' },
      way: { link: 'chart' },
    });
    const expected = { file: 'x', 'folder/y': 'y' };
    expect(texts(await factOf({ url: server.url('links'), path: 'chart' }))).toEqual(expected);
    expect(texts(await factOf({ url: server.url('links'), path: 'way' }))).toEqual(expected);
  });
  it.each([
    [
      'leaves the repository',
      { 'c/l': { link: '../../etc/passwd' } },
      'SymlinkLeavesRepository',
      /"c\/l" leads to "\.\.\/\.\.\/etc\/passwd"/,
    ],
    ['is absolute', { 'c/l': { link: '/etc/passwd' } }, 'SymlinkLeavesRepository', /"c\/l"/],
    ['leads nowhere', { 'c/l': { link: 'gone' } }, 'BrokenSymlink', /"c\/l"/],
    ['leads to itself', { 'c/l': { link: 'l' } }, 'SymlinkLoop', /"c\/l"/],
    ['holds its own folder', { 'c/l': { link: '.' } }, 'SymlinkLoop', /"c\/l/],
  ])('that %s is refused by name', async (title, files, reason, message) => {
    const name = `bad-${title.replace(/\W/g, '')}`;
    await server.commit(name, files);
    expect(await failureOf({ url: server.url(name), path: 'c' })).toMatchObject({
      kind: 'invalid',
      reason,
      message: expect.stringMatching(message),
    });
  });
});

it('a path that is not there is an empty one that says so: git knows no empty folders', async () => {
  const fact = await factOf({ url: server.url('shop'), ref: 'main', path: 'charts' });
  expect(fact).toMatchObject({ files: [], missing: true, beside: ['README', 'chart'] });
  const below = await factOf({ url: server.url('shop'), ref: 'main', path: 'chart/nowhere/at/all' });
  expect(below.beside).toContain('chart/Chart.yaml');
});

describe('bad input is named', () => {
  it('a path that climbs', async () =>
    expect(await failureOf({ url: server.url('shop'), path: '../x' })).toMatchObject({ reason: 'PathNotFound' }));
  it('an unknown ref, with those that are there', async () => {
    const failure = await failureOf({ url: server.url('shop'), ref: 'mian', path: '' });
    expect(failure).toMatchObject({
      kind: 'invalid',
      reason: 'RefNotFound',
      message: expect.stringMatching(/no ref "mian"; it has for example main/),
    });
  });
  it('an unknown commit', async () =>
    expect(await failureOf({ url: server.url('shop'), ref: 'a'.repeat(40), path: '' })).toMatchObject({
      kind: 'invalid',
      reason: 'RefNotFound',
    }));
  it('an empty repository', async () => {
    await server.commit('emptied', { f: '1' });
    await server.git('emptied', 'update-ref', '-d', 'refs/heads/main');
    expect(await failureOf({ url: server.url('emptied'), path: '' })).toMatchObject({ reason: 'RefNotFound' });
  });
  it('a submodule', async () => {
    const submodule = await server.commit('sub', { 'c/x': '1' });
    await server.commit('sub', { 'c/module': { submodule } });
    expect(await failureOf({ url: server.url('sub'), path: 'c' })).toMatchObject({
      reason: 'SubmoduleNotSupported',
      message: expect.stringContaining('"c/module"'),
    });
  });
  it('a Git LFS pointer', async () => {
    await server.commit('lfs', { 'c/big': 'version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 5\n' });
    expect(await failureOf({ url: server.url('lfs'), path: 'c' })).toMatchObject({
      reason: 'LfsNotSupported',
      message: expect.stringContaining('"big"'),
    });
  });
  it('a file name with ..', async () => {
    await server.commit('dots', { f: '1' });
    const folder = join(cacheDir, 'tree');
    await writeFile(
      folder,
      Buffer.concat([Buffer.from('100644 ..\0'), Buffer.from(await server.git('dots', 'rev-parse', 'HEAD:f'), 'hex')]),
    );
    const tree = await server.git('dots', 'hash-object', '--literally', '-t', 'tree', '-w', folder);
    const commit = await server.git('dots', 'commit-tree', '-m', 'x', tree);
    await server.git('dots', 'update-ref', 'refs/heads/main', commit);
    expect(await failureOf({ url: server.url('dots'), path: '' })).toMatchObject({
      kind: 'invalid',
      reason: 'UnsafeFileName',
      message: expect.stringContaining('".."'),
    });
  });
  it.each([
    ['maxFiles', { maxFiles: 1 }, /more than 1 files/],
    ['maxBytes', { maxBytes: 5 }, /more than 5 bytes/],
  ])('a path above %s', async (_limit, limits, message) => {
    const failure = await failureOf({ url: server.url('shop'), path: 'chart' }, make({ limits }));
    expect(failure).toMatchObject({ reason: 'PathTooLarge', message: expect.stringMatching(message) });
  });
  it.each(['', 'shop', 'file:///etc', '/etc/passwd', 'ext::sh -c id'])('the URL "%s"', async (url) =>
    expect(await failureOf({ url, path: '' })).toMatchObject({ kind: 'invalid', reason: 'InvalidRepositoryURL' }),
  );
});

describe('a server that does not answer as it should', () => {
  let scripted: Server;
  let answer: RequestListener;
  let url: string;
  beforeAll(async () => {
    scripted = createServer((request, response) => answer(request, response));
    await new Promise<void>((resolve) => scripted.listen(0, '127.0.0.1', resolve));
    url = `http://user:hunter22@127.0.0.1:${(scripted.address() as AddressInfo).port}/team/x`;
  });
  afterAll(() => {
    scripted.closeAllConnections();
    scripted.close();
  });
  const status =
    (code: number, headers: Record<string, string> = {}, body = ''): RequestListener =>
    (_request, response) =>
      void response.writeHead(code, headers).end(body);

  it.each<[string, RequestListener, Partial<Failure>, RegExp]>([
    ['401', status(401), { kind: 'invalid', reason: 'Unauthorized' }, /answered 401: not allowed; give credentials/],
    ['403', status(403), { kind: 'invalid', reason: 'Unauthorized' }, /answered 403/],
    ['404', status(404), { kind: 'invalid', reason: 'RepositoryNotFound' }, /answered 404: not found; check the URL/],
    [
      '429',
      status(429, { 'retry-after': '7' }),
      { kind: 'transient', reason: 'RateLimited', retryAfterMs: 7000 },
      /answered 429/,
    ],
    ['500', status(500, {}, '<h1>Oops</h1>'), { kind: 'transient', reason: 'ServerError' }, /answered 500.*: Oops/],
    [
      'an HTML page',
      status(200, { 'content-type': 'text/html' }, '<html>'),
      { kind: 'invalid', reason: 'NotGit' },
      /web page \(HTML\)/,
    ],
    [
      'other content',
      status(200, { 'content-type': 'application/json' }, '{}'),
      { kind: 'invalid', reason: 'NotGit' },
      /"application\/json"/,
    ],
    [
      'garbage',
      status(200, { 'content-type': 'application/x-git-upload-pack-advertisement' }, 'garbage'),
      { kind: 'invalid', reason: 'NotGit' },
      /not a git repository/,
    ],
    ['silence', () => undefined, { kind: 'transient', reason: 'Timeout' }, /did not answer in time/],
    [
      'a redirect loop',
      status(302, { location: '/again' }),
      { kind: 'transient', reason: 'TooManyRedirects' },
      /redirects in a loop/,
    ],
  ])('%s', async (_title, listener, expected, message) => {
    answer = listener;
    const failure = await failureOf({ url, ref: 'main', path: '' }, make({ timeouts: { headers: 200 } }));
    expect(failure).toMatchObject(expected);
    expect(failure.message).toMatch(message);
    expect(failure.message).toMatch(/127\.0\.0\.1:\d+\/(team\/x|again)/);
    expect(failure.message).not.toContain('hunter22');
  });

  it('a closed port', async () =>
    expect(await failureOf({ url: 'http://127.0.0.1:1/x', path: '' })).toMatchObject({
      kind: 'transient',
      reason: 'Unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    }));
  it('an unknown host', async () =>
    expect(await failureOf({ url: 'http://no-such-host.invalid/x', path: '' })).toMatchObject({
      reason: 'Unreachable',
    }));
  it('an abort ends it', async () => {
    answer = () => undefined;
    const controller = new AbortController();
    const pending = common.observe({ url, path: '' }, undefined, { signal: controller.signal });
    controller.abort();
    expect(await pending).toMatchObject({ ok: false, failure: { reason: 'Aborted' } });
  });
});

describe('credentials', () => {
  const guard = (expected: string) => {
    server.intercept = (request, response) => {
      if (request.headers.authorization === expected) return false;
      response.writeHead(401).end();
      return true;
    };
  };
  const basic = `Basic ${Buffer.from('me:pa:ss').toString('base64')}`;

  it.each([
    ['username and password', basic, { id: 'a', username: 'me', password: 'pa:ss' }],
    ['a bearer token', 'Bearer t0ken', { id: 'b', token: 't0ken' }],
  ])('%s open the repository', async (_title, header, credentials) => {
    guard(header);
    expect((await factOf({ url: server.url('shop'), path: 'chart', credentials })).files).toHaveLength(2);
    expect(await failureOf({ url: server.url('shop'), path: 'chart' })).toMatchObject({ reason: 'Unauthorized' });
  });
  it('of one do not open the cache to another', async () => {
    const source = make({ maxAgeMs: 60_000 });
    guard(basic);
    const ref = { url: server.url('shop'), path: 'chart' };
    await factOf({ ...ref, credentials: { id: 'a', username: 'me', password: 'pa:ss' } }, source);
    expect(await failureOf({ ...ref, credentials: { id: 'b', password: 'wrong' } }, source)).toMatchObject({
      reason: 'Unauthorized',
    });
  });
});

describe('the cache', () => {
  it('loses what nobody used', async () => {
    const source = make();
    await factOf({ url: server.url('shop'), path: '' }, source);
    expect(await source.prune({ maxAgeMs: 60_000 })).toBe(0);
    expect(await source.prune({ maxAgeMs: -1 })).toBe(1);
    expect((await factOf({ url: server.url('shop'), path: '' }, make())).files).toHaveLength(3);
  });
  it('keeps what is asked for, though its ref has not moved for long', async () => {
    let now = Date.now();
    const source = make({ now: () => now });
    const ref = { url: server.url('shop'), path: '' };
    const { commit } = await factOf(ref, source);
    now += 8 * 86_400_000;
    const signal = new AbortController().signal;
    expect(await source.observe(ref, commit, { signal, maxAgeMs: 0 })).toMatchObject({ value: { changed: false } });
    expect(await source.prune()).toBe(0);
    now += 8 * 86_400_000;
    expect(await source.prune()).toBe(1);
    expect(await readdir(cacheDir)).toEqual([]);
  });
  it('loses what is too much, the longest unused first, and nothing that is asked for', async () => {
    for (const [name, days] of [
      ['older', 3],
      ['newer', 2],
    ] as const) {
      await mkdir(join(cacheDir, name, 'objects'), { recursive: true });
      await writeFile(join(cacheDir, name, 'objects', 'pack'), Buffer.alloc(100_000));
      const then = new Date(Date.now() - days * 86_400_000);
      await utimes(join(cacheDir, name), then, then);
    }
    const source = make();
    await factOf({ url: server.url('shop'), path: '' }, source);
    expect(await source.prune({ maxBytes: 199_999 })).toBe(1);
    expect((await readdir(cacheDir)).sort()).toContain('newer');
    expect(await source.prune({ maxBytes: 0 })).toBe(1);
    expect(await readdir(cacheDir)).toHaveLength(1);
  });
  it('that a crash has left broken is fetched anew', async () => {
    const ref = { url: server.url('shop'), path: '' };
    await factOf(ref, make());
    const [folder = ''] = await readdir(cacheDir);
    const packs = join(cacheDir, folder, 'objects', 'pack');
    for (const name of await readdir(packs)) await truncate(join(packs, name), 100);
    expect((await factOf(ref, make())).files).toHaveLength(3);
  });
});
