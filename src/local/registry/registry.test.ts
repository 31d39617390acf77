import { createHash, randomBytes } from 'node:crypto';
import { readdir, utimes, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { Caller, digestOf, newName } from '../../../test/registry/subject.ts';
import { temporaryFolder, testServer } from '../../../test/support/local-server.ts';
import type { Digest } from './names.ts';
import type { RegistryPush } from './routes/call.ts';
import { openStore, recoverStore } from './store/index.ts';

/** Sends the head of a PATCH and some of its body; returns what breaks the connection. */
function sendSome(url: string, part: string): () => void {
  const sent = request(url, { method: 'PATCH', headers: { 'content-length': '1000000' } });
  sent.on('error', () => {});
  sent.write(part);
  return () => sent.destroy();
}

describe('pushes', () => {
  it('are told with tag and digest; one by digest without a tag', async () => {
    const pushes: RegistryPush[] = [];
    const { url } = await testServer({ onRegistryPush: (push) => pushes.push(push) });
    const call = new Caller(url);
    const { text, digest } = await call.pushImage('shop/api', '0.1.0');
    await call.putManifest('shop/api', digest, text);
    await call.putManifest('shop/api', 'bad', '{}');
    expect(pushes).toEqual([
      { repository: 'shop/api', tag: '0.1.0', digest },
      { repository: 'shop/api', digest },
    ]);
  });

  it('succeed although the listener fails', async () => {
    const { url } = await testServer({
      onRegistryPush: () => {
        throw new Error('nobody home');
      },
    });
    await new Caller(url).pushImage('shop/api', '0.1.0');
  });

  it('of one tag at once leave one of them, whole', async () => {
    const { url } = await testServer();
    const call = new Caller(url);
    const texts = await Promise.all(
      Array.from(
        { length: 20 },
        async (_, index) => (await call.pushImage('shop/api', 'latest', `content ${index}`)).text,
      ),
    );
    expect(texts).toContain(await (await call.getManifest('shop/api', 'latest')).text());
  });

  it('of more tags than a page holds are all listed, each once', async () => {
    const { url, dataDir } = await testServer();
    const call = new Caller(url);
    const { digest } = await call.pushImage('shop/api', '0.0.0');
    const { manifests } = openStore(join(dataDir, 'registry'));
    const tags = Array.from({ length: 1_200 }, (_, index) => `1.0.${index}`);
    await Promise.all(tags.map((tag) => manifests.tag('shop/api', tag, digest as Digest)));
    const page = await call.send('GET', '/v2/shop/api/tags/list');
    const next = /<(.*)>/.exec(page.headers.get('link') ?? '')?.[1] ?? '';
    const first = ((await page.json()) as { tags: string[] }).tags;
    const second = ((await (await call.send('GET', next)).json()) as { tags: string[] }).tags;
    expect([first.length, second.length]).toEqual([1_000, 201]);
    expect([...first, ...second]).toEqual(['0.0.0', ...tags].sort());
  });
});

describe('an upload that breaks off', () => {
  it('keeps what came, and goes on from there', async () => {
    const { url } = await testServer();
    const call = new Caller(url);
    const location = await call.startUpload('shop/api');
    const breakOff = sendSome(`${url}${location}`, 'hello ');
    await expect
      .poll(async () => (await call.send('GET', location)).headers.get('range'), { timeout: 10_000 })
      .toBe('0-5');
    breakOff();
    const headers = { 'content-range': '6-13', 'content-type': 'application/octet-stream' };
    const digest = digestOf('hello registry');
    expect((await call.finishUpload(location, digest, { body: 'registry', headers })).status).toBe(201);
  });

  it('goes on after a restart of the server', async () => {
    const dataDir = await temporaryFolder();
    const before = await testServer({ dataDir });
    const location = await new Caller(before.url).startUpload('shop/api');
    await new Caller(before.url).send('PATCH', location, { body: 'hello ' });
    await before.close();
    const call = new Caller((await testServer({ dataDir })).url);
    expect((await call.send('PATCH', location, { body: 'registry' })).headers.get('range')).toBe('0-13');
    expect((await call.finishUpload(location, digestOf('hello registry'))).status).toBe(201);
  });

  it('is swept a day later, with files that never got to their place', async () => {
    const dataDir = await temporaryFolder();
    const { url } = await testServer({ dataDir });
    const root = join(dataDir, 'registry');
    const call = new Caller(url);
    await call.startUpload('shop/old');
    const [old = ''] = await readdir(join(root, 'uploads'));
    await call.pushImage('shop/api', '0.1.0');
    const location = await call.startUpload('shop/new');
    await writeFile(join(root, 'temporary', 'half'), 'half');
    const yesterday = new Date(Date.now() - 25 * 3_600_000);
    await utimes(join(root, 'uploads', old), yesterday, yesterday);
    await recoverStore(root, new Date());
    expect(await readdir(join(root, 'uploads'))).toEqual([expect.stringContaining(location.split('/').at(-1) ?? '')]);
    expect(await readdir(root)).not.toContain('temporary');
    await call.pushImage('shop/api', '0.2.0');
  });
});

/** Bytes of buffers that are in use; what only waits for the garbage collector is collected first. */
function liveBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().arrayBuffers;
}

describe('large blobs', () => {
  it('of 100 MiB pass in both directions without being held in memory', async () => {
    const { url } = await testServer();
    const call = new Caller(url);
    const name = newName();
    const chunk = randomBytes(1024 * 1024);
    const hash = createHash('sha256');
    const start = liveBytes();
    const live: number[] = [];
    async function* body() {
      for (let count = 0; count < 100; count += 1) {
        hash.update(chunk);
        yield chunk;
        if (count % 10 === 9) live.push(liveBytes() - start);
      }
    }
    const stream = ReadableStream.from(body());
    const sent = await call.send('PATCH', await call.startUpload(name), { body: stream, duplex: 'half' });
    const digest = `sha256:${hash.digest('hex')}`;
    expect((await call.finishUpload(sent.headers.get('location') ?? '', digest)).status).toBe(201);
    const answer = await call.send('GET', `/v2/${name}/blobs/${digest}`);
    const read = createHash('sha256');
    let size = 0;
    for await (const part of answer.body ?? []) {
      read.update(part);
      if (size % 10_000_000 > (size + part.length) % 10_000_000) live.push(liveBytes() - start);
      size += part.length;
    }
    expect(`sha256:${read.digest('hex')}`).toBe(digest);
    expect(live.length).toBeGreaterThan(15);
    expect(Math.max(...live) / 1024 ** 2).toBeLessThan(32);
  });
});
