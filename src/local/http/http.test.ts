import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { temporaryFolder, testServer } from '../../../test/support/local-server.ts';
import { startHttp } from './index.ts';

/** fetch sets Host itself, so this goes a layer below. */
function statusFor(url: string, headers: Record<string, string>, method = 'GET'): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode));
    });
    sent.once('error', reject);
    sent.end();
  });
}

describe('guard against other sites (DNS rebinding)', () => {
  it.each([
    { why: 'the address', host: '127.0.0.1:PORT', status: 200 },
    { why: 'localhost', host: 'localhost:PORT', status: 200 },
    { why: 'a forwarded port', host: 'LOCALHOST:9999', status: 200 },
    { why: 'IPv6 loopback', host: '[::1]:PORT', status: 200 },
    { why: 'own page', host: '127.0.0.1:PORT', origin: 'http://127.0.0.1:PORT', status: 200 },
    { why: 'a rebound name', host: 'evil.example:PORT', status: 403 },
    { why: 'a name that only starts well', host: 'localhost.evil.example', status: 403 },
    { why: 'another site', host: '127.0.0.1:PORT', origin: 'https://evil.example', status: 403 },
    { why: 'another port of this machine', host: '127.0.0.1:PORT', origin: 'http://127.0.0.1:1', status: 403 },
    { why: 'https of the same name', host: '127.0.0.1:PORT', origin: 'https://127.0.0.1:PORT', status: 403 },
    { why: 'a sandboxed page', host: '127.0.0.1:PORT', origin: 'null', status: 403 },
  ])('$why: Host $host, Origin $origin → $status', async ({ host, origin, status }) => {
    const { url, port } = await testServer();
    const text = (value: string) => value.replace('PORT', String(port));
    const headers = { host: text(host), ...(origin === undefined ? {} : { origin: text(origin) }) };
    expect(await statusFor(`${url}/v2/`, headers)).toBe(status);
  });

  it('stands before every route, also those mounted later', async () => {
    const { url } = await testServer({ extraRoutes: (app) => app.get('/later', (c) => c.text('here')) });
    expect(await statusFor(`${url}/later`, { host: 'evil.example' })).toBe(403);
    expect(await (await fetch(`${url}/later`)).text()).toBe('here');
  });
});

describe('startHttp', () => {
  it('rejects with EADDRINUSE when the port is taken, for the caller to try the next', async () => {
    const { port } = await testServer();
    const dataDir = await temporaryFolder();
    await expect(startHttp({ dataDir, port, env: process.env })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('answers an error of a route with 500, and logs it with the request', async () => {
    const logged: unknown[] = [];
    const { url } = await testServer({
      extraRoutes: (app) =>
        app.get('/broken', () => {
          throw new Error('out of order');
        }),
      log: { error: (fields: unknown) => logged.push(fields) },
    });
    const response = await fetch(`${url}/broken`);
    expect([response.status, await response.text()]).toEqual([500, 'out of order\n']);
    expect(logged).toMatchObject([{ method: 'GET', path: '/broken' }]);
  });

  it('logs nothing of a client that goes away', async () => {
    const logged: unknown[] = [];
    const { url } = await testServer({ log: { error: (fields: unknown) => logged.push(fields) } });
    const gone = new AbortController();
    const started = await fetch(`${url}/v2/shop/api/blobs/uploads/`, { method: 'POST' });
    async function* body() {
      yield Buffer.from('some');
      gone.abort();
      yield Buffer.from('more');
    }
    const location = `${url}${started.headers.get('location')}`;
    const init: RequestInit = {
      method: 'PATCH',
      body: ReadableStream.from(body()),
      duplex: 'half',
      signal: gone.signal,
    };
    await expect(fetch(location, init)).rejects.toThrow('abort');
    // The next chunk waits for its turn, so the broken one is settled by then.
    expect((await fetch(location, { method: 'PATCH', body: 'next' })).status).toBe(202);
    expect(logged).toEqual([]);
  });

  it('closes although a client keeps a request open', async () => {
    const dataDir = await temporaryFolder();
    const server = await startHttp({
      dataDir,
      env: process.env,
      port: 0,
      extraRoutes: (app) => app.get('/slow', () => new Promise(() => {})),
    });
    const open = fetch(`${server.url}/slow`).catch(() => 'broken off');
    await fetch(`${server.url}/v2/`);
    await server.close();
    expect(await open).toBe('broken off');
  });
});
