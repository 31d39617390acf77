import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../core/clock.ts';
import { FakeClock } from '../core/fake-clock.ts';
import type { WatchingClient } from './client.ts';
import { type Connection, connect } from './connect.ts';
import { configMap, kubeconfigFor } from './testing/objects.ts';
import { failure, json, listOf, type Reply, ScriptedApi } from './testing/scripted-api.ts';

/** Pauses take no time. */
const hasty: Clock = { now: systemClock.now, after: (_ms, call) => systemClock.after(0, call) };

const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'a' };
const all = '/api/v1/namespaces/shop/configmaps';
const one = `${all}/a`;
const object = configMap('a', 1);
const cut: Reply = (response) => void response.destroy();

let api: ScriptedApi;
let connection: Connection;
let client: WatchingClient;

beforeEach(async () => {
  api = await new ScriptedApi().listen();
  const kubeconfig = kubeconfigFor(api.url, { token: 'secret' });
  connection = await connect({ kubeconfig, userAgent: 'alustan/test', clock: hasty });
  client = connection.client;
});
afterEach(async () => {
  await connection.close();
  await api.close();
  expect(api.faults()).toEqual([]);
});

describe('what goes over the wire', () => {
  it('says who asks', async () => {
    api.on(`GET ${one}`, json(object));
    await client.get(ref);
    expect(api.seen[0]?.request.headers).toMatchObject({
      authorization: 'Bearer secret',
      'user-agent': 'alustan/test',
      accept: 'application/json',
    });
  });

  it('as a tenant: the user alone, whose groups the server knows', async () => {
    api.on(`GET ${one}`, json(object));
    await client.as({ namespace: 'shop', serviceAccount: 'runner' }).get(ref);
    const headers = api.seen[0]?.request.rawHeaders ?? [];
    const sent = headers.flatMap((name, i) => (/^impersonate/i.test(name) ? [`${name}: ${headers[i + 1]}`] : []));
    expect(sent).toEqual(['impersonate-user: system:serviceaccount:shop:runner']);
  });

  it.each([
    { kind: 'merge' as const, type: 'application/merge-patch+json', search: '' },
    { kind: 'json' as const, type: 'application/json-patch+json', search: '' },
    { kind: 'apply' as const, type: 'application/apply-patch+yaml', search: '?fieldManager=alustan&force=true' },
  ])('a patch of kind $kind is $type', async ({ kind, type, search }) => {
    api.on(`PATCH ${one}`, json(object));
    await client.patch(ref, kind, { a: 1 }, kind === 'apply' ? { fieldManager: 'alustan', force: true } : {});
    expect(api.seen[0]?.request.headers['content-type']).toBe(type);
    expect(api.seen[0]?.url.search).toBe(search);
    expect(api.seen[0]?.body).toBe('{"a":1}');
  });

  it('fields that nobody here knows survive, both ways', async () => {
    const odd = { ...object, spec: { 'x-odd': [null, { deep: 1e21 }] } };
    api.on(`POST ${all}`, (response, { body }) => void response.end(body));
    expect(await client.create(odd)).toEqual(odd);
    expect(JSON.parse(api.seen[0]?.body ?? '')).toEqual(odd);
  });

  it('a hundred requests, one after the other, share their connection', async () => {
    const sockets = new Set<unknown>();
    for (let i = 0; i < 100; i++) {
      api.on(`GET ${one}`, (response, { request }) => {
        sockets.add(request.socket);
        response.end(JSON.stringify(object));
      });
    }
    for (let i = 0; i < 100; i++) await client.get(ref);
    // The pool may open a second one when a request follows in the tick in which an answer ends.
    expect(sockets.size).toBeLessThanOrEqual(2);
  });

  it('of hundreds of requests at once 64 are under way; an urgent one passes by them', async () => {
    const held: (() => void)[] = [];
    const full = Promise.withResolvers<void>();
    for (let i = 0; i < 201; i++) {
      api.on(`GET ${one}`, (response) => {
        held.push(() => response.end(JSON.stringify(object)));
        if (held.length === 64) full.resolve();
        if (held.length > 64) held.at(-1)?.();
      });
    }
    const all = Promise.all(Array.from({ length: 200 }, () => client.get(ref)));
    await full.promise;
    await connection.urgent.get(ref);
    expect(held).toHaveLength(65);
    for (const reply of held.slice(0, 64)) reply();
    await all;
    expect(held).toHaveLength(201);
  });

  it('qps and burst bound what is sent, for all identities together, and leases apart', async () => {
    const clock = new FakeClock();
    const kubeconfig = kubeconfigFor(api.url);
    const slow = await connect({ kubeconfig, userAgent: 'test', qps: 10, burst: 2, clock });
    for (let i = 0; i < 5; i++) api.on(`GET ${one}`, json(object));
    const tenant = slow.client.as({ namespace: 'shop', serviceAccount: 'runner' });
    const all = [slow.client.get(ref), slow.client.get(ref), tenant.get(ref), tenant.get(ref)];
    await Promise.all(all.slice(0, 2));
    await slow.urgent.get(ref);
    expect(api.seen).toHaveLength(3);
    await clock.advance(100);
    await all[2];
    expect(api.seen).toHaveLength(4);
    await clock.advance(100);
    await all[3];
    await slow.close();
  });

  it('urgent requests have connections of their own, which others cannot fill or break', async () => {
    const sockets = new Map<string, unknown>();
    const note =
      (who: string): Reply =>
      (response, { request }) => {
        sockets.set(who, request.socket);
        response.end(JSON.stringify(object));
      };
    for (const who of ['other', 'urgent', 'other again', 'urgent again']) api.on(`GET ${one}`, note(who));
    await client.get(ref);
    await connection.urgent.get(ref);
    await client.get(ref);
    await connection.urgent.get(ref);
    expect(sockets.get('urgent again')).toBe(sockets.get('urgent'));
    expect([sockets.get('other'), sockets.get('other again')]).not.toContain(sockets.get('urgent'));
  });

  it('guarded writes ask before they are sent, each try anew and tenants too; reads pass', async () => {
    // Each try asks twice: before it waits for a connection, and when it has one.
    const mayWrite = [true, true, false, false];
    const lost = new AbortController();
    const check = () => {
      if (!mayWrite.shift()) throw new Error('not the leader');
    };
    const guarded = connection.guarded({ check, signal: lost.signal });
    api.on(`POST ${all}`, failure(429, 'TooManyRequests', { 'retry-after': '0' }));
    api.on(`GET ${one}`, json(object));
    await expect(guarded.create(object)).rejects.toThrow('not the leader');
    await expect(guarded.as({ namespace: 'shop', serviceAccount: 'runner' }).delete(ref)).rejects.toThrow('not the');
    await guarded.get(ref);
    expect(api.seen).toHaveLength(2);
  });

  it('guarded writes ask again when they have a connection: meanwhile another may lead', async () => {
    const mayWrite = [true, false];
    const check = () => {
      if (!mayWrite.shift()) throw new Error('not the leader');
    };
    const guarded = connection.guarded({ check, signal: new AbortController().signal });
    await expect(guarded.create(object)).rejects.toThrow('not the leader');
    expect([mayWrite, api.seen]).toEqual([[], []]);
  });

  it('guarded writes that are under way are broken off by the signal', async () => {
    const lost = new AbortController();
    const guarded = connection.guarded({ check: () => {}, signal: lost.signal });
    api.on(`POST ${all}`, () => lost.abort(new Error('lost')));
    await expect(guarded.create(object)).rejects.toThrow('lost');
  });

  it.each(['', '.', '..'])('the name "%s" reaches no other path', async (name) => {
    await expect(client.get({ ...ref, name })).rejects.toMatchObject({ status: 400 });
  });

  it('a namespaced object without a namespace is refused by name', async () => {
    const { namespace: _none, ...metadata } = object.metadata;
    await expect(client.create({ ...object, metadata })).rejects.toThrow('ConfigMap "a" has no metadata.namespace');
  });
});

describe('errors', () => {
  it.each([
    {
      what: 'a Status',
      reply: failure(403, 'Forbidden'),
      is: { status: 403, reason: 'Forbidden' },
      says: 'the server says Forbidden',
    },
    {
      what: 'a page of a proxy',
      reply: ((response) => void response.writeHead(502).end('<html>Bad Gateway</html>')) as Reply,
      is: { status: 502, reason: 'Unknown' },
      says: '502 <html>Bad Gateway</html>',
    },
    {
      what: 'a page with a good code',
      reply: ((response) => void response.end('<html>Sign in</html>')) as Reply,
      is: { status: 0, reason: 'BadAnswer' },
      says: 'the answer is not JSON: <html>Sign in',
    },
    {
      what: 'a long Retry-After',
      reply: failure(429, 'TooManyRequests', { 'retry-after': '120' }),
      is: { status: 429, retryAfterMs: 120_000 },
      says: 'the server says',
    },
  ])('$what: status, reason, words', async ({ reply, is, says }) => {
    api.on(`GET ${one}`, reply);
    const error = await client.get(ref).catch((cause) => cause);
    expect(error).toMatchObject(is);
    expect(error.message).toContain(says);
  });

  it.each([
    { what: 'does not answer', reply: () => {} },
    { what: 'stops in the middle of its answer', reply: ((response) => void response.write('{"kind":')) as Reply },
  ])('a server that $what', async ({ reply }) => {
    const hurried = await connect({ kubeconfig: kubeconfigFor(api.url), userAgent: 'test', timeoutMs: 200 });
    api.on(`GET ${one}`, reply);
    await expect(hurried.client.get(ref)).rejects.toMatchObject({ status: 0, reason: 'Timeout' });
    await hurried.close();
  });

  it('a server that is not there, after several tries', async () => {
    const gone = await connect({ kubeconfig: kubeconfigFor('http://127.0.0.1:1'), userAgent: 'test', clock: hasty });
    await expect(gone.client.get(ref)).rejects.toMatchObject({ status: 0, reason: 'ConnectionRefused' });
    await gone.close();
  });

  it('an aborted request rejects with the reason of its signal', async () => {
    const leaving = new AbortController();
    api.on(`GET ${one}`, () => leaving.abort(new Error('enough')));
    await expect(client.get(ref, leaving.signal)).rejects.toThrow('enough');
  });
});

describe('sending again', () => {
  it('what the server put off, also a creation', async () => {
    api.on(`POST ${all}`, failure(429, 'TooManyRequests', { 'retry-after': '1' }));
    api.on(`POST ${all}`, failure(503, 'ServiceUnavailable', { 'retry-after': '1' }));
    api.on(`POST ${all}`, json(object, 201));
    expect(await client.create(object)).toEqual(object);
  });

  const idempotent: Record<string, () => Promise<unknown>> = {
    GET: () => client.get(ref),
    PUT: () => client.update(object),
    PATCH: () => client.patch(ref, 'apply', object, { fieldManager: 'x' }),
    DELETE: () => client.delete(ref),
  };
  it.each(Object.keys(idempotent))('%s, when its connection breaks', async (method) => {
    api.on(`${method} ${one}`, cut);
    api.on(`${method} ${one}`, json(object));
    await idempotent[method]?.();
  });

  it.each([
    { what: 'a creation', path: `POST ${all}`, send: () => client.create(object) },
    { what: 'a JSON patch', path: `PATCH ${one}`, send: () => client.patch(ref, 'json', []) },
  ])('not $what, which may have arrived', async ({ path, send }) => {
    api.on(path, cut);
    await expect(send()).rejects.toMatchObject({ status: 0, reason: 'ConnectionReset' });
  });
});

describe('lists', () => {
  it('are begun again, in one piece, when they expire between two pages', async () => {
    api.on(`GET ${all}`, listOf([object], '10', 'token'));
    api.on(`GET ${all}`, failure(410, 'Expired'));
    api.on(`GET ${all}`, listOf([object, configMap('b', 2)], '11'));
    const list = await client.list({ apiVersion: 'v1', kind: 'ConfigMap' }, { namespace: 'shop' });
    expect(list).toMatchObject({ resourceVersion: '11', items: { length: 2 } });
    expect(api.seen[2]?.url.search).toBe('');
  });

  it('of large objects have smaller pages, so that parsing one does not hold the loop', async () => {
    const large = configMap('a', 1, { text: 'x'.repeat(100_000) });
    api.on(`GET ${all}`, listOf([large], '10', 'token'));
    api.on(`GET ${all}`, listOf([large], '10'));
    await client.list({ apiVersion: 'v1', kind: 'ConfigMap' }, { namespace: 'shop' });
    expect(api.seen.map(({ url }) => url.searchParams.get('limit'))).toEqual(['500', '10']);
  });

  it('name the kind of each item where the server does not', async () => {
    const { apiVersion: _a, kind: _k, ...bare } = object;
    api.on(`GET ${all}`, json({ kind: 'ConfigMapList', metadata: { resourceVersion: '1' }, items: [bare] }));
    const { items } = await client.list({ apiVersion: 'v1', kind: 'ConfigMap' }, { namespace: 'shop' });
    expect(items).toEqual([object]);
  });
});
