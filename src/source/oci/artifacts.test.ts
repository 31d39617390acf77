import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../core/hash.ts';
import type { Failure } from '../../core/result.ts';
import { packArchive } from '../chart/archive.ts';
import { type ArtifactFact, type ArtifactRef, createArtifactSource } from './artifacts.ts';
import type { ContentLimits } from './content.ts';
import { createImageSource } from './images.ts';
import type { OciReference } from './reference.ts';
import { createRegistry } from './registry.ts';

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const chartConfig = 'application/vnd.cncf.helm.config.v1+json';
const chartLayer = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';
const fluxLayer = 'application/vnd.cncf.flux.content.v1.tar+gzip';
const signal = new AbortController().signal;

type Layer = Readonly<{ type: string; bytes: Uint8Array; title?: string }>;

/** A registry with one repository, `charts/shop`. */
const blobs = new Map<string, Uint8Array>();
const manifests = new Map<string, string>();
let tags = new Map<string, string>();
let log: string[] = [];
let server: Server;
let host: string;

const serve: RequestListener = (request, response) => {
  const [, kind = '', name = ''] = request.url?.match(/^\/v2\/charts\/shop\/(tags|manifests|blobs)\/([^?]+)/) ?? [];
  log.push(`${request.method} ${kind}/${name}`);
  const digest = tags.get(name) ?? name;
  const body = {
    tags: JSON.stringify({ tags: [...tags.keys()] }),
    manifests: manifests.get(digest),
    blobs: blobs.get(name),
  }[kind];
  if (body === undefined) return void response.writeHead(404).end();
  const type = kind === 'manifests' ? manifestType : 'application/json';
  const headers = { 'content-type': type, ...(kind === 'manifests' ? { 'docker-content-digest': digest } : {}) };
  response.writeHead(200, headers).end(request.method === 'HEAD' ? undefined : body);
};

beforeAll(async () => {
  server = createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  tags = new Map();
  log = [];
});

function blob(bytes: Uint8Array): string {
  const digest = `sha256:${sha256(bytes)}`;
  blobs.set(digest, bytes);
  return digest;
}

function publish(tag: string, configType: string | undefined, layers: readonly Layer[]): string {
  const described = layers.map(({ type, bytes, title }) => ({
    mediaType: type,
    digest: blob(bytes),
    size: bytes.byteLength,
    ...(title === undefined ? {} : { annotations: { 'org.opencontainers.image.title': title } }),
  }));
  const config = { mediaType: configType, digest: blob(Buffer.from('{}')), size: 2 };
  const text = JSON.stringify(configType === undefined ? { manifests: [] } : { config, layers: described });
  const digest = `sha256:${sha256(text)}`;
  manifests.set(digest, text);
  tags.set(tag, digest);
  return digest;
}

const archive = (files: Record<string, string>) =>
  packArchive(Object.entries(files).map(([path, content]) => ({ path, bytes: Buffer.from(content) })));
const chart = async (tag: string, version = tag) =>
  publish(tag, chartConfig, [{ type: chartLayer, bytes: await archive({ 'shop/Chart.yaml': `version: ${version}` }) }]);

function make(limits: Partial<ContentLimits> = {}) {
  const registry = createRegistry();
  const images = createImageSource({ registry, maxAgeMs: 0 });
  return createArtifactSource({ registry, images, limits });
}
const at = (reference: OciReference, content: ArtifactRef['content'] = 'chart'): ArtifactRef => {
  return { host, repository: 'charts/shop', reference, content };
};
const factOf = async (ref: ArtifactRef, source = make()): Promise<ArtifactFact> => {
  const result = await source.observe(ref, undefined, { signal });
  if (!result.ok) throw new Error(result.failure.message);
  if (!result.value.changed) throw new Error('unchanged');
  return result.value.fact;
};
const failureOf = async (ref: ArtifactRef, source = make()): Promise<Failure> => {
  const result = await source.observe(ref, undefined, { signal });
  if (result.ok) throw new Error('did not fail');
  return result.failure;
};
const texts = ({ files }: ArtifactFact) =>
  Object.fromEntries(files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()]));

describe('a chart is read', () => {
  it.each<[string, OciReference, string]>([
    ['by its tag', { tag: '1.0.0' }, '1.0.0'],
    ['by a constraint: the newest that satisfies it', { semver: '^1.0.0' }, '1.2.0'],
    ['by a constraint without prereleases', { semver: '*' }, '2.0.0+build.5'],
    ['by a constraint that names prereleases', { semver: '>=3.0.0-0' }, '3.0.0-rc.1'],
    ['by a constraint that is the name of a tag, too', { semver: '1.0' }, 'floating'],
  ])('%s', async (_title, reference, version) => {
    for (const tag of ['1.0.0', '1.2.0', '3.0.0-rc.1', 'latest']) await chart(tag);
    await chart('2.0.0_build.5', '2.0.0+build.5');
    await chart('1.0', 'floating');
    expect(texts(await factOf(at(reference)))).toEqual({ 'Chart.yaml': `version: ${version}` });
  });
  it('by its digest, asking for no tag', async () => {
    const digest = await chart('1.0.0');
    const fact = await factOf(at({ digest }));
    expect(fact.digest).toBe(digest);
    expect(log.map((line) => line.split(':')[0])).toEqual(['GET manifests/sha256', 'GET blobs/sha256']);
  });
  it('once: what has not moved costs one HEAD', async () => {
    const digest = await chart('1.0.0');
    const source = make();
    await factOf(at({ tag: '1.0.0' }), source);
    log = [];
    const again = await source.observe(at({ tag: '1.0.0' }), digest, { signal });
    expect(again).toEqual({ ok: true, value: { changed: false, revision: digest } });
    expect(log).toEqual(['HEAD manifests/1.0.0']);
  });
  it('anew when its tag has moved', async () => {
    const before = await chart('latest', '1.0.0');
    const source = make();
    await factOf(at({ tag: 'latest' }), source);
    await chart('latest', '1.0.1');
    const after = await source.observe(at({ tag: 'latest' }), before, { signal });
    expect(after).toMatchObject({ ok: true, value: { changed: true } });
  });
});

describe('files are read', () => {
  it('of a bundle as Flux pushes it', async () => {
    const bytes = await archive({ './apps/a.yaml': 'a: 1', 'b.yaml': 'b: 2' });
    publish('latest', 'application/vnd.cncf.flux.config.v1+json', [{ type: fluxLayer, bytes }]);
    expect(texts(await factOf(at({ tag: 'latest' }, 'files')))).toEqual({ 'apps/a.yaml': 'a: 1', 'b.yaml': 'b: 2' });
  });
  it('of an image whose later layers replace files of earlier ones', async () => {
    const type = 'application/vnd.oci.image.layer.v1.tar+gzip';
    const [lower, upper] = [await archive({ a: 'old', b: 'kept' }), await archive({ a: 'new' })];
    publish('latest', 'application/vnd.oci.image.config.v1+json', [
      { type, bytes: lower },
      { type, bytes: upper },
    ]);
    expect(texts(await factOf(at({ tag: 'latest' }, 'files')))).toEqual({ a: 'new', b: 'kept' });
  });
  it('that are layers with titles, as ORAS pushes them', async () => {
    const bytes = Buffer.from('a: 1');
    publish('latest', 'application/vnd.oci.empty.v1+json', [{ type: 'application/yaml', bytes, title: 'apps/a.yaml' }]);
    expect(texts(await factOf(at({ tag: 'latest' }, 'files')))).toEqual({ 'apps/a.yaml': 'a: 1' });
  });
});

async function tarOf(header: { name: string; type?: 'symlink'; linkname?: string }): Promise<Uint8Array> {
  const packer = pack();
  packer.entry(header, '');
  packer.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of packer) chunks.push(chunk as Uint8Array);
  return gzipSync(Buffer.concat(chunks));
}

describe('what is no chart is named', () => {
  const config = 'application/vnd.oci.image.config.v1+json';
  it.each<[string, () => unknown, string, RegExp]>([
    [
      'an image',
      () => publish('1.0.0', config, []),
      'NotAChart',
      /not a Helm chart, but content of type .*config\.v1\+json/,
    ],
    ['an index of images', () => publish('1.0.0', undefined, []), 'NotAChart', /but an index of images/],
    ['a chart without its content', () => publish('1.0.0', chartConfig, []), 'NotAChart', /helm push/],
    ['no such tag', () => chart('2.0.0'), 'ImageNotFound', /"charts\/shop".* has no "1\.0\.0"/],
    [
      'content that is no archive',
      () => publish('1.0.0', chartConfig, [{ type: chartLayer, bytes: Buffer.from('no') }]),
      'InvalidArchive',
      /sha256:[0-9a-f]+: this is not a gzipped tar/,
    ],
    [
      'content that is cut off',
      async () => {
        const tar = Buffer.alloc(512, 1);
        publish('1.0.0', chartConfig, [{ type: chartLayer, bytes: gzipSync(tar) }]);
      },
      'InvalidArchive',
      /damaged/,
    ],
    [
      'content that unpacks to too much',
      () => publish('1.0.0', chartConfig, [{ type: chartLayer, bytes: gzipSync(Buffer.alloc(100_000)) }]),
      'TooLarge',
      /unpacks to more than 5000 bytes/,
    ],
    [
      'content that is too large',
      () => publish('1.0.0', chartConfig, [{ type: chartLayer, bytes: Buffer.alloc(2000) }]),
      'TooLarge',
      /has 2000 bytes; at most 1000/,
    ],
    [
      'a file name that leads out',
      async () =>
        publish('1.0.0', chartConfig, [{ type: chartLayer, bytes: await tarOf({ name: 'shop/../../etc/x' }) }]),
      'UnsafeFileName',
      /"shop\/\.\.\/\.\.\/etc\/x"/,
    ],
    [
      'a link',
      async () => {
        const bytes = await tarOf({ name: 'shop/x', type: 'symlink', linkname: '/etc/passwd' });
        publish('1.0.0', chartConfig, [{ type: chartLayer, bytes }]);
      },
      'LinkInArchive',
      /"shop\/x"/,
    ],
  ])('%s', async (_title, prepare, reason, message) => {
    await prepare();
    const failure = await failureOf(at({ tag: '1.0.0' }), make({ layer: 1000, files: 5000 }));
    expect(failure).toMatchObject({ kind: 'invalid', reason });
    expect(failure.message).toMatch(message);
    expect(failure.message).toContain(host);
  });
  it.each([
    [
      'a constraint that none satisfies',
      '>=9',
      'NoValidVersion',
      /no tag that satisfies ">=9"; it has for example 1\.0\.0/,
    ],
    ['a text that is no constraint', '>>1', 'InvalidConstraint', />>1/],
  ])('%s', async (_title, semver, reason, message) => {
    await chart('1.0.0');
    const failure = await failureOf(at({ semver }));
    expect(failure).toMatchObject({ kind: 'invalid', reason, message: expect.stringMatching(message) });
  });
  it('content that is not what its digest says', async () => {
    const digest = await chart('1.0.0');
    manifests.set(digest, `${manifests.get(digest)} `);
    expect(await failureOf(at({ tag: '1.0.0' }))).toMatchObject({ kind: 'transient', reason: 'DigestMismatch' });
  });
  it('a bundle of something else', async () => {
    publish('latest', config, [{ type: 'application/octet-stream', bytes: Buffer.from('x') }]);
    const failure = await failureOf(at({ tag: 'latest' }, 'files'));
    expect(failure).toMatchObject({ reason: 'NotAnArtifact', message: expect.stringContaining('octet-stream') });
  });
});
