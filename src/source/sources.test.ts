import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe } from 'vitest';
import { GitServer } from '../../test/support/git-server.ts';
import { sourceContract } from '../../test/support/source-contract.ts';
import { sha256 } from '../core/hash.ts';
import { createGitSource } from './git/source.ts';
import { createGitThread } from './git/thread.ts';
import { createArtifactSource } from './oci/artifacts.ts';
import { createImageSource } from './oci/images.ts';
import { createRegistry } from './oci/registry.ts';

const secret = 'hunter22-canary';
const timeouts = { headers: 300 };
const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});

const digestOf = (bytes: Uint8Array) => `sha256:${sha256(bytes)}`;

/** An artifact that is one file. */
function content(file: Uint8Array): RequestListener {
  const annotations = { 'org.opencontainers.image.title': 'f' };
  const layer = { mediaType: 'text/plain', digest: digestOf(file), size: file.byteLength, annotations };
  const manifest = Buffer.from(JSON.stringify({ layers: [layer] }));
  return ({ url, method }, response) => {
    const bytes = url?.includes('/blobs/') === true ? file : manifest;
    response.setHeader('docker-content-digest', digestOf(bytes));
    response.writeHead(200, { 'content-type': 'application/json' }).end(method === 'HEAD' ? undefined : bytes);
  };
}

/** A server that never answers, and a registry with one repository: its tags, and a bundle of one file at `latest`. */
async function webServer() {
  const tags = ['1.0.0'];
  let file = Buffer.from('1');
  let bodies = 0;
  const server = createServer((request, response) => {
    if (request.url?.includes('silent')) return;
    if (!request.url?.startsWith('/v2/there/')) return void response.writeHead(404).end();
    if (/\/(?:manifests|blobs)\//.test(request.url)) {
      if (request.method === 'GET') bodies++;
      return content(file)(request, response);
    }
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
  const change = () => (file = Buffer.concat([file, file]));
  return { host, tags, change, downloads };
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

describe('artifacts keep the contract of sources', () =>
  sourceContract(async () => {
    const { host, change, downloads } = await webServer();
    const registry = createRegistry({ timeouts });
    const source = createArtifactSource({ registry, images: createImageSource({ registry }) });
    endings.push(() => registry.close());
    const login = { id: 'a', auth: { username: 'me', password: secret } };
    const ref = { host, login, reference: { tag: 'latest' }, content: 'files' } as const;
    return {
      source,
      there: { ...ref, repository: 'there' },
      change: async () => void change(),
      missing: { ...ref, repository: 'missing' },
      silent: { ...ref, repository: 'silent' },
      secret,
      downloads,
    };
  }));
