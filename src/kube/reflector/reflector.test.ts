import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../core/clock.ts';
import { FakeClock } from '../../core/fake-clock.ts';
import { type Connection, connect } from '../connect.ts';
import { configMap, kubeconfigFor } from '../testing/objects.ts';
import { failure, listOf, type Reply, ScriptedApi, Stream } from '../testing/scripted-api.ts';
import { Diary, shown } from '../testing/watching.ts';
import type { ReflectorOptions } from './reflector.ts';

const path = '/api/v1/namespaces/shop/configmaps';
const list = `GET ${path}`;
const watch = `WATCH ${path}`;
const [a, b] = [configMap('a', 1), configMap('b', 2)];
/** Pauses take no time. */
const hasty: Clock = { now: systemClock.now, after: (ms, call) => systemClock.after(ms > 60_000 ? ms : 0, call) };
const expired = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };

let api: ScriptedApi;
let connection: Connection;
let diary: Diary;

beforeEach(async () => {
  api = await new ScriptedApi().listen();
  connection = await connect({ kubeconfig: kubeconfigFor(api.url), userAgent: 'test', clock: hasty });
});
afterEach(async () => {
  await diary.reflector.stop();
  await connection.close();
  await api.close();
  expect(api.faults()).toEqual([]);
});

function start(options: Partial<ReflectorOptions> = {}): Diary {
  diary = new Diary({ client: connection.client, clock: hasty, ...options });
  return diary;
}

/** A list of `a` and `b` at version 10, and a watch from there. */
function listed(): Stream {
  const stream = new Stream();
  api.on(list, listOf([a, b], '10'));
  api.on(watch, stream.reply);
  return stream;
}

function then(...replies: (readonly [string, Reply])[]): Stream {
  const stream = new Stream();
  for (const [what, reply] of replies) api.on(what, reply);
  api.on(watch, stream.reply);
  return stream;
}

/** Versions from which watches were begun. */
function resumed(): (string | null)[] {
  const watches = api.seen.filter(({ url }) => url.searchParams.has('watch'));
  return watches.map(({ url }) => url.searchParams.get('resourceVersion'));
}

describe('a reflector', () => {
  it('lists in pages, then follows the watch from the version of the list', async () => {
    api.on(list, listOf([a], '10', 'token'));
    const stream = then([list, listOf([b], '10')]);
    await start().reflector.synced;
    await stream.send('ADDED', configMap('c', 11));
    await stream.send('MODIFIED', configMap('a', 12));
    await stream.send('DELETED', configMap('b', 13));
    expect(await diary.told(5)).toEqual(['+a@1', '+b@2', '+c@11', '~a@12', '-b@2']);
    expect(diary.reflector.list().map(shown)).toEqual(['a@12', 'c@11']);
    const [first, second, third] = api.seen.map(({ url }) => url.searchParams);
    expect(first?.get('limit')).toBe('500');
    expect(second?.get('continue')).toBe('token');
    expect(third?.get('resourceVersion')).toBe('10');
    expect(third?.get('allowWatchBookmarks')).toBe('true');
  });

  it('reads events however the network cuts them', async () => {
    const stream = listed();
    await start().reflector.synced;
    const line = (version: number) =>
      JSON.stringify({ type: 'MODIFIED', object: configMap('a', version, { text: 'Zürich → 🚀' }) });
    const bytes = Buffer.from(`${line(11)}\n${line(12)}\n${line(13)}\n`);
    const middle = bytes.indexOf('🚀') + 2;
    await stream.raw(bytes.subarray(0, 5));
    await stream.raw(bytes.subarray(5, middle));
    await stream.raw(bytes.subarray(middle));
    expect((await diary.told(5)).slice(2)).toEqual(['~a@11', '~a@12', '~a@13']);
    expect(diary.reflector.get({ namespace: 'shop', name: 'a' })?.['data']).toEqual({ text: 'Zürich → 🚀' });
  });

  it('tells nothing of an object that it has in this version', async () => {
    const stream = listed();
    await start().reflector.synced;
    await stream.send('ADDED', a);
    await stream.send('MODIFIED', configMap('b', 11));
    expect(await diary.told(3)).toEqual(['+a@1', '+b@2', '~b@11']);
  });

  it('lists and watches as a tenant', async () => {
    const stream = listed();
    await start({ client: connection.client.as({ namespace: 'shop', serviceAccount: 'runner' }) }).reflector.synced;
    await stream.send('ADDED', configMap('c', 11));
    await diary.told(3);
    const users = api.seen.map(({ request }) => request.headers['impersonate-user']);
    expect(users).toEqual(Array(2).fill('system:serviceaccount:shop:runner'));
  });
});

describe('after trouble a reflector goes on', () => {
  it('410 within the watch: lists again and tells what differs, without asking for what is the same', async () => {
    const first = listed();
    await start().reflector.synced;
    const second = then([list, listOf([a, configMap('c', 30)], '31')]);
    await first.send('ERROR', expired);
    expect(await diary.told(4)).toEqual(['+a@1', '+b@2', '+c@30', '-b@2']);
    await second.send('MODIFIED', configMap('a', 32));
    expect(await diary.told(5)).toContain('~a@32');
  });

  it('410 instead of a watch', async () => {
    api.on(list, listOf([a], '10'));
    api.on(watch, failure(410, 'Expired'));
    const stream = then([list, listOf([a], '20')]);
    start();
    await stream.send('ADDED', b);
    expect(await diary.told(2)).toEqual(['+a@1', '+b@2']);
    expect(resumed()).toEqual(['10', '20']);
  });

  it('410 between two pages of the list', async () => {
    api.on(list, listOf([a], '10', 'token'));
    api.on(list, failure(410, 'Expired'));
    const stream = then([list, listOf([b], '20')]);
    await start().reflector.synced;
    await stream.opened();
    expect(await diary.told(3)).toEqual(['+a@1', '+b@2', '-a@1']);
  });

  it('a cut in the middle of an event: it comes again', async () => {
    const first = listed();
    await start().reflector.synced;
    const second = then();
    await first.send('ADDED', configMap('c', 11));
    await first.raw('{"type":"MODIFIED","object":{"metada');
    await diary.told(3);
    await first.cut();
    await second.send('MODIFIED', configMap('c', 12));
    expect(await diary.told(4)).toContain('~c@12');
    expect(resumed()).toEqual(['10', '11']);
  });

  it('an error behind events that came with it: they count, and it goes on after them', async () => {
    const first = listed();
    await start().reflector.synced;
    const second = then();
    const added = JSON.stringify({ type: 'ADDED', object: configMap('c', 11) });
    const failed = { kind: 'Status', code: 500, reason: 'InternalError', message: 'etcd is away' };
    await first.raw(`${added}\n${JSON.stringify({ type: 'ERROR', object: failed })}\n`);
    await second.send('ADDED', configMap('d', 12));
    expect((await diary.told(4)).slice(2)).toEqual(['+c@11', '+d@12']);
    expect(resumed()).toEqual(['10', '11']);
  });

  it('a bookmark moves where it goes on', async () => {
    const first = listed();
    await start().reflector.synced;
    const second = then();
    await first.send('BOOKMARK', { kind: 'ConfigMap', metadata: { resourceVersion: '500' } });
    await first.end();
    await second.send('ADDED', configMap('c', 501));
    await diary.told(3);
    expect(resumed()).toEqual(['10', '500']);
  });

  it.each([
    { what: '500', reply: failure(500, 'InternalError') },
    { what: '403, as while roles are being set up', reply: failure(403, 'Forbidden') },
    { what: 'not JSON', reply: ((response) => void response.end('<html>\n')) as Reply },
    { what: 'nothing', reply: ((response) => void response.end()) as Reply },
    { what: 'a broken connection', reply: ((response) => void response.destroy()) as Reply },
  ])('$what for a watch, many times: goes on from the same version', async ({ reply }) => {
    api.on(list, listOf([a], '10'));
    const stream = then(...Array.from({ length: 12 }, () => [watch, reply] as const));
    start();
    await stream.send('ADDED', b);
    expect(await diary.told(2)).toEqual(['+a@1', '+b@2']);
    expect(new Set(resumed())).toEqual(new Set(['10']));
  });

  it('a list that fails many times; the reason can be seen meanwhile', async () => {
    for (let i = 0; i < 20; i++) api.on(list, failure(503, 'ServiceUnavailable'));
    api.on(list, (response, seen) => {
      expect(diary.reflector.lastError).toMatchObject({ status: 503, reason: 'ServiceUnavailable' });
      return listOf([a], '10')(response, seen);
    });
    const stream = then();
    await start().reflector.synced;
    await stream.opened();
    expect(diary.lines).toEqual(['+a@1']);
    expect(diary.reflector.lastError).toBeUndefined();
  });

  it('a handler that throws: the others hear, and the watch goes on', async () => {
    const stream = listed();
    start().reflector.onChange(() => {
      throw new Error('a fault');
    });
    const heard: string[] = [];
    diary.reflector.onChange((_before, after) => void (after && heard.push(shown(after))));
    await stream.send('ADDED', configMap('c', 11));
    await diary.told(3);
    expect(heard).toEqual(['a@1', 'b@2', 'c@11']);
  });
});

describe('in time, a reflector', () => {
  it('takes a silent watch for dead, and one with bookmarks not', async () => {
    const clock = new FakeClock();
    const first = listed();
    await start({ clock, stallMs: 150_000 }).reflector.synced;
    const bookmark = (version: string) => first.send('BOOKMARK', { metadata: { resourceVersion: version } });
    for (let i = 0; i < 5; i++) {
      await bookmark(String(100 + i));
      await first.send('ADDED', configMap(`n${i}`, 200 + i));
      await diary.told(3 + i);
      await clock.advance(100_000);
    }
    const second = then();
    await clock.advance(50_000);
    await second.send('ADDED', configMap('c', 300));
    expect(await diary.told(8)).toContain('+c@300');
    expect(resumed()).toEqual(['10', '204']);
  });

  it('does not ask for one list after the other when each watch expires at once', async () => {
    const clock = new FakeClock();
    let lists = 0;
    const client = {
      ...connection.client,
      async *pages() {
        lists += 1;
        yield { items: [], resourceVersion: String(lists * 10) };
      },
      async *watch() {
        yield [{ type: 'BOOKMARK' as const, object: { ...a, metadata: { name: '', resourceVersion: '5' } } }];
        throw new (await import('../client.ts')).KubeError(410, 'Expired', 'too old');
      },
    } as never;
    start({ clock, client });
    await clock.advance(60_000);
    // Pauses of 0, 125, 250 … 15,000 ms.
    expect(lists).toBeLessThanOrEqual(12);
    expect(lists).toBeGreaterThan(8);
    await diary.reflector.stop();
    expect(clock.pending).toBe(0);
  });

  it('stopped before its first list says so to who waits for it', async () => {
    const asked = Promise.withResolvers<void>();
    api.on(list, () => asked.resolve());
    const { reflector } = start();
    const synced = reflector.synced.catch((error: Error) => error.message);
    await asked.promise;
    await reflector.stop();
    expect(await synced).toBe('the watch of ConfigMap was stopped before its first list');
  });
});
