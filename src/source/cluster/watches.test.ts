import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../core/fake-clock.ts';
import type { Log } from '../../core/log.ts';
import type { KubeObject } from '../../core/resource.ts';
import { FakeCluster } from './testing.ts';
import { type Looker, Watches, type WatchRequest } from './watches.ts';

const { signal } = new AbortController();
const object = (name: string, text = ''): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop', uid: name },
  data: { text },
});

function setUp() {
  const cluster = new FakeCluster();
  const clock = new FakeClock();
  const rung: string[] = [];
  const told: string[] = [];
  const logged: string[] = [];
  const at = (level: string) => (_: unknown, message: string) => void logged.push(`${level} ${message}`);
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  const watches = new Watches(cluster.client(), log, (key) => rung.push(key.name), clock);
  const looker = (name: string): Looker => ({
    namespace: 'shop',
    serviceAccount: 'runner',
    used: new Set<string>(),
    key: { kind: 'Service', namespace: 'shop', name },
  });
  const request = (by: Looker, more: Partial<WatchRequest> = {}): WatchRequest => ({
    looker: by,
    apiVersion: 'v1',
    kind: 'ConfigMap',
    namespace: 'shop',
    view: 'whole',
    transform: (given) => given,
    onChange: (before, after) => told.push(`${before === undefined ? '+' : '~'}${(after ?? before)?.metadata.name}`),
    ...more,
  });
  /** Asks, and lets the time pass that this takes. */
  const get = async (of: WatchRequest, ms = 100) => {
    const answer = watches.get(of, signal);
    await clock.advance(ms);
    return answer;
  };
  return { cluster, clock, rung, told, logged, watches, looker, request, get };
}

describe('watches', () => {
  it('are one for all who keep the same, and tell changes after the first list', async () => {
    const { cluster, clock, told, watches, looker, request, get } = setUp();
    cluster.put(object('a'));
    const first = await get(request(looker('api')));
    await get(request(looker('web')));
    expect(first.ok && first.value.list().map(({ metadata }) => metadata.name)).toEqual(['a']);
    expect(cluster.asked).toEqual(['list ConfigMap shop', 'watch ConfigMap shop']);
    expect(told).toEqual([]);
    cluster.put(object('b'));
    await clock.advance(0);
    expect(told).toEqual(['+b']);
    await watches.stop();
    expect(cluster.open).toBe(0);
  });

  it('are not shared by those who keep something else of the same objects', async () => {
    const { cluster, looker, request, get } = setUp();
    cluster.put(object('a', 'words'));
    const nameOnly = ({ apiVersion, kind, metadata }: KubeObject): KubeObject => ({ apiVersion, kind, metadata });
    await get(request(looker('api'), { view: 'names', transform: nameOnly }));
    const whole = await get(request(looker('api')));
    expect(whole.ok && whole.value.get({ namespace: 'shop', name: 'a' })?.['data']).toEqual({ text: 'words' });
  });

  it('are closed when nobody has used them in a pass, and when the object is gone', async () => {
    const { cluster, clock, watches, looker, request, get } = setUp();
    const [api, web] = [looker('api'), looker('web')];
    await get(request(api));
    await get(request(web));
    watches.keep(looker('api'));
    await clock.advance(0);
    expect(cluster.open).toBe(1);
    watches.keep(web);
    await clock.advance(0);
    expect(cluster.open).toBe(1);
    watches.forget(web.key);
    await clock.advance(0);
    expect([cluster.open, watches.size]).toEqual([0, 0]);
  });

  it('that are forbidden name account and remedy, and ring who asked as soon as rights are there', async () => {
    const { cluster, clock, rung, logged, looker, request, get } = setUp();
    cluster.refuse(403);
    const refused = await get(request(looker('api')));
    expect(refused).toMatchObject({ ok: false, failure: { kind: 'invalid', reason: 'Forbidden' } });
    expect(JSON.stringify(refused)).toContain('ServiceAccount shop/runner may not watch ConfigMap in namespace shop');
    expect([...new Set(logged)], 'no warning: its object tells it').toEqual(['info watch interrupted']);
    cluster.refuse(undefined);
    await clock.advance(60_000);
    expect(rung).toEqual(['api']);
    expect(await get(request(looker('api')))).toMatchObject({ ok: true });
  });

  it('no longer show what may no longer be seen, and ring all who looked once it may be again', async () => {
    const { cluster, clock, rung, looker, request, get } = setUp();
    await get(request(looker('api')));
    await get(request(looker('web')));
    await clock.advance(2000);
    cluster.refuse(403);
    await clock.advance(60_000);
    expect(await get(request(looker('api')))).toMatchObject({ ok: false, failure: { reason: 'Forbidden' } });
    cluster.refuse(undefined);
    await clock.advance(60_000);
    expect(rung.sort()).toEqual(['api', 'web']);
  });

  it.each([
    [404, 'transient', 'UnknownKind'],
    [500, 'transient', 'ApiServerUnavailable'],
  ])('that the server answers with %i are a failure of kind %s: %s', async (status, kind, reason) => {
    const { cluster, looker, request, get } = setUp();
    cluster.refuse(status);
    expect(await get(request(looker('api')), 10_000)).toMatchObject({ ok: false, failure: { kind, reason } });
  });

  it('end a wait for the first list with the pass', async () => {
    const { cluster, watches, looker, request } = setUp();
    cluster.refuse(500);
    const stop = new AbortController();
    const waiting = watches.get(request(looker('api')), stop.signal);
    stop.abort(new Error('shutting down'));
    await expect(waiting).rejects.toThrow('shutting down');
  });
});
