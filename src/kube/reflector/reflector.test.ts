import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../core/resource.ts';
import { type Connection, connect } from '../connect.ts';
import { configMap, kubeconfigFor } from '../testing/objects.ts';
import { failure, listOf, ScriptedApi, Stream } from '../testing/scripted-api.ts';
import { Reflector, type ReflectorOptions } from './reflector.ts';

const path = '/api/v1/namespaces/shop/configmaps';
const shown = ({ metadata: { name, resourceVersion } }: KubeObject) => `${name}@${resourceVersion}`;

describe('a reflector', () => {
  let api: ScriptedApi;
  let connection: Connection;
  let reflector: Reflector;
  let changes: string[];
  const waiting: { count: number; resolve: () => void }[] = [];

  beforeEach(async () => {
    api = await new ScriptedApi().listen();
    connection = await connect({ kubeconfig: kubeconfigFor(api.url), userAgent: 'test' });
    changes = [];
  });
  afterEach(async () => {
    await reflector.stop();
    await connection.close();
    await api.close();
    expect(api.faults()).toEqual([]);
  });

  /** Starts it and writes down what it tells: `+a@1`, `~a@2`, `-a@2`. */
  function watch(options: Partial<ReflectorOptions> = {}): Reflector {
    const type = { apiVersion: 'v1', kind: 'ConfigMap' };
    // No randomness: the first pause of a back-off is 0, the second 125 ms.
    reflector = new Reflector({ client: connection.client, type, namespace: 'shop', random: () => 0, ...options });
    reflector.onChange((before, after) => {
      changes.push(after ? `${before ? '~' : '+'}${shown(after)}` : `-${shown(before as KubeObject)}`);
      for (const { count, resolve } of waiting) if (changes.length >= count) resolve();
    });
    return reflector.start();
  }

  async function told(count: number): Promise<string[]> {
    if (changes.length < count) await new Promise<void>((resolve) => waiting.push({ count, resolve }));
    return changes;
  }

  it('lists in pages, then follows the watch from the version of the list', async () => {
    const stream = new Stream();
    api.on(`GET ${path}`, listOf([configMap('a', 1)], '10', 'token'));
    api.on(`GET ${path}`, listOf([configMap('b', 2)], '10'));
    api.on(`WATCH ${path}`, stream.reply);
    await watch().synced;
    await stream.send('ADDED', configMap('c', 11));
    await stream.send('MODIFIED', configMap('a', 12));
    await stream.send('DELETED', configMap('b', 13));
    expect(await told(5)).toEqual(['+a@1', '+b@2', '+c@11', '~a@12', '-b@2']);
    expect(reflector.list().map(shown)).toEqual(['a@12', 'c@11']);
    const [first, second, third] = api.seen.map(({ url }) => url.searchParams);
    expect(first?.get('limit')).toBe('500');
    expect(second?.get('continue')).toBe('token');
    expect(third?.get('resourceVersion')).toBe('10');
    expect(third?.get('allowWatchBookmarks')).toBe('true');
  });

  it('lists again on a 410 of the watch, and tells only what differs', async () => {
    const stream = new Stream();
    const second = new Stream();
    api.on(`GET ${path}`, listOf([configMap('a', 1), configMap('b', 2)], '10'));
    api.on(`WATCH ${path}`, stream.reply);
    api.on(`GET ${path}`, listOf([configMap('a', 1), configMap('c', 30)], '31'));
    api.on(`WATCH ${path}`, second.reply);
    await watch().synced;
    await stream.send('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' });
    expect(await told(4)).toEqual(['+a@1', '+b@2', '+c@30', '-b@2']);
    await second.send('MODIFIED', configMap('a', 32));
    expect(await told(5)).toContain('~a@32');
  });

  it('goes on after a list that fails', async () => {
    const stream = new Stream();
    api.on(`GET ${path}`, failure(503, 'ServiceUnavailable'));
    api.on(`GET ${path}`, listOf([configMap('a', 1)], '10'));
    api.on(`WATCH ${path}`, stream.reply);
    await watch().synced;
    expect(await told(1)).toEqual(['+a@1']);
    await stream.send('BOOKMARK', configMap('', 20));
  });
});
