import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Caller, digestOf } from '../../../../test/registry/subject.ts';
import { testServer } from '../../../../test/support/local-server.ts';
import { RegistryClient } from './client.ts';
import { parseReference } from './reference.ts';
import { tagImage } from './tag-image.ts';

describe('references', () => {
  const url = 'http://127.0.0.1:7070';
  const digest = `sha256:${'0'.repeat(64)}`;
  it.each([
    ['shop/api:0.4.0', 'shop/api', '0.4.0'],
    ['api', 'api', 'latest'],
    ['127.0.0.1:7070/shop/api:1', 'shop/api', '1'],
    ['localhost:7070/shop/api:1', 'shop/api', '1'],
    [`shop/api@${digest}`, 'shop/api', digest],
    [`shop/api:1@${digest}`, 'shop/api', digest],
  ])('%s is %s, %s', (text, repository, reference) => {
    expect(parseReference(url, text)).toEqual({ repository, reference });
  });

  it.each([
    ['ghcr.io/shop/api:1', /image of ghcr.io: only the registry at 127.0.0.1:7070/],
    ['localhost:9999/shop/api:1', /image of localhost:9999/],
    ['Shop/API:1', /is not a repository path/],
    ['shop/api:b@d', /is not a digest/],
  ])('%s is refused', (text, message) => {
    expect(() => parseReference(url, text)).toThrow(message);
  });
});

describe('tagImage', () => {
  it.each([
    { tags: ['0.1.0', '0.10.0', '0.9.0'], from: '0.10.0' },
    { tags: ['1.0.0', '2.0.0-rc.1', 'latest', '20240801'], from: '1.0.0' },
    { tags: ['1.0.0-rc.1', '1.0.0-rc.2'], from: '1.0.0-rc.2' },
    { tags: ['v1.4.0', '1.3.0'], from: 'v1.4.0' },
  ])('of $tags starts from $from unless told otherwise', async ({ tags, from }) => {
    const { url } = await testServer();
    const call = new Caller(url);
    const digests = new Map<string, string>();
    for (const tag of tags) digests.set(tag, (await call.pushImage('shop/api', tag)).digest);
    const tagged = await tagImage({ registryUrl: url, repository: 'shop/api', to: '9.0.0' });
    expect(tagged).toEqual({ from, digest: digests.get(from) });
    expect((await call.getManifest('shop/api', '9.0.0')).headers.get('docker-content-digest')).toBe(digests.get(from));
    const last = tags.at(-1) ?? '';
    await tagImage({ registryUrl: url, repository: 'shop/api', from: last, to: '9.0.0' });
    expect(await (await call.getManifest('shop/api', '9.0.0')).text()).toBe(
      await (await call.getManifest('shop/api', last)).text(),
    );
  });

  it.each([
    [{ repository: 'none', to: '1.0.0' }, /NAME_UNKNOWN no repository none: push to it first/],
    [
      { repository: 'shop/api', to: '1.0.0' },
      /shop\/api has no tag that is a semantic version: name the tag to start from/,
    ],
    [{ repository: 'shop/api', from: '9', to: '1.0.0' }, /404 MANIFEST_UNKNOWN no manifest 9 in shop\/api/],
    [{ repository: 'shop/api', from: 'latest', to: 'no tag' }, /400 TAG_INVALID/],
  ])('says why %j cannot be', async (options, message) => {
    const { url } = await testServer();
    await new Caller(url).pushImage('shop/api', 'latest');
    await expect(tagImage({ registryUrl: url, ...options })).rejects.toThrow(message);
  });
});

describe('RegistryClient', () => {
  it('says that nobody answers', async () => {
    const server = await testServer();
    await server.close();
    const tags = new RegistryClient(server.url).tags('shop/api');
    await expect(tags).rejects.toThrow(
      /no registry answers at http:\/\/127.0.0.1:\d+ \(.*ECONNREFUSED.*\): is local mode running\?/,
    );
  });

  it('believes no content that does not have its digest', async () => {
    const liar = createServer((_, response) => response.end('{"other":1}')).listen(0, '127.0.0.1');
    onTestFinished(() => void liar.close());
    await new Promise((resolve) => liar.once('listening', resolve));
    const client = new RegistryClient(`http://127.0.0.1:${(liar.address() as AddressInfo).port}`);
    await expect(client.manifest('a', digestOf('{}'))).rejects.toThrow(/sent a manifest with the digest/);
    await expect(text(client.blob('a', digestOf('{}')))).rejects.toThrow(/sent content with the digest/);
  });
});
