import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localImages } from './images.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const server = createServer((request, response) => {
  const known: Record<string, number> = {
    '/v2/shop/api/manifests/1': 200,
    '/v2/shop/api/tags/list?n=1': 200,
    '/v2/shop/down/manifests/1': 503,
  };
  response.writeHead(known[request.url ?? ''] ?? 404, { 'docker-content-digest': digest }).end();
});
let host = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

describe('images that the node can have', () => {
  const port = (): string => host.split(':')[1] ?? '';
  it.each<[string, () => string, object]>([
    ['in the local registry', () => `${host}/shop/api:1`, { digest }],
    ['under its other name', () => `localhost:${port()}/shop/api:1`, { digest }],
    ['under an address that is mirrored here', () => 'localhost:7070/shop/api:1', { digest }],
    ['of a mirrored registry', () => 'registry.example/shop/api:1', { digest }],
    ['of a mirrored registry, but not in the mirror', () => 'registry.example/other:1', {}],
    ['of any other registry', () => 'docker.io/library/nginx:1', {}],
    ['without a host', () => 'nginx', {}],
  ])('%s', async (_case, image, expected) => {
    const mirrors = [
      { from: 'registry.example', to: `http://${host}` },
      { from: 'localhost:7070', to: `http://${host}` },
    ];
    expect(await localImages(`http://${host}`, mirrors)(image())).toEqual(expected);
  });

  it.each<[string, () => string, RegExp]>([
    [
      'a tag that is missing',
      () => `${host}/shop/api:2`,
      /code = NotFound .*resolve reference "127.*shop\/api:2": .*: not found$/,
    ],
    ['the default tag', () => `${host}/shop/api`, /shop\/api:latest/],
    ['a registry that does not answer well', () => `${host}/shop/down:1`, /unexpected status from HEAD request .* 503/],
    ['a name that is none', () => 'Shop:1', /couldn't parse image name/],
  ])('not: %s', async (_case, image, words) => {
    expect(await localImages(`http://${host}`)(image())).toEqual({ missing: expect.stringMatching(words) });
  });

  it('not: a registry that is down', async () => {
    const answer = await localImages('http://127.0.0.1:1')('127.0.0.1:1/shop/api:1');
    expect(answer).toEqual({ missing: expect.stringMatching(/code = Unavailable/) });
  });
});
