import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe } from 'vitest';
import { GitServer } from '../../test/support/git-server.ts';
import { sourceContract } from '../../test/support/source-contract.ts';
import { createGitSource } from './git/source.ts';
import { createGitThread } from './git/thread.ts';
import { createImageSource } from './oci/images.ts';

const secret = 'hunter22-canary';
const timeouts = { headers: 300 };
const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});

/** A server that never answers, and one that lists a repository's tags. */
async function webServer() {
  const tags = ['1.0.0'];
  let bodies = 0;
  const server = createServer((request, response) => {
    if (request.url?.includes('silent')) return;
    if (!request.url?.startsWith('/v2/there/')) return void response.writeHead(404).end();
    const etag = `"${tags.length}"`;
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304).end();
    bodies++;
    response.writeHead(200, { 'content-type': 'application/json', etag }).end(JSON.stringify({ tags }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endings.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const downloads = () => {
    const count = bodies;
    bodies = 0;
    return count;
  };
  return { host, tags, downloads };
}

describe('git keeps the contract of sources', () => {
  const thread = createGitThread();
  afterAll(() => thread.close());
  sourceContract(async () => {
    const server = await GitServer.start();
    const cacheDir = await mkdtemp(join(tmpdir(), 'alustan-contract-'));
    const source = createGitSource({ cacheDir, timeouts, thread });
    endings.push(
      () => source.close(),
      () => server.close(),
      () => rm(cacheDir, { recursive: true, force: true }),
    );
    const { host } = await webServer();
    await server.commit('there', { f: '1' });
    const credentials = { id: 'a', username: 'me', password: secret };
    return {
      source,
      there: { url: server.url('there'), path: '', credentials },
      change: async () => void (await server.commit('there', { f: '2' })),
      missing: { url: server.url('missing'), path: '', credentials },
      silent: { url: `http://me:${secret}@${host}/silent`, path: '', credentials },
      secret,
      // One request asks where the ref points; a second would bring a pack.
      downloads: () => Math.max(0, server.log.splice(0).length - 1),
    };
  });
});

describe('images keep the contract of sources', () =>
  sourceContract(async () => {
    const { host, tags, downloads } = await webServer();
    const source = createImageSource({ timeouts });
    endings.push(() => source.close());
    const login = { id: 'a', auth: { username: 'me', password: secret } };
    return {
      source,
      there: { host, repository: 'there', login },
      change: async () => void tags.push('2.0.0'),
      missing: { host, repository: 'missing', login },
      silent: { host, repository: 'silent', login },
      secret,
      downloads,
    };
  }));
