import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Connection, connect } from '../connect.ts';
import { configMap, kubeconfigFor } from '../testing/objects.ts';
import { listOf, ScriptedApi, Stream } from '../testing/scripted-api.ts';
import { Diary, shown } from '../testing/watching.ts';

const path = '/api/v1/namespaces/shop/configmaps';

describe('an own write', () => {
  const stream = new Stream();
  let api: ScriptedApi;
  let connection: Connection;
  let diary: Diary;
  beforeEach(async () => {
    api = await new ScriptedApi().listen();
    api.on(`GET ${path}`, listOf([configMap('a', 1)], '10')).on(`WATCH ${path}`, stream.reply);
    connection = await connect({ kubeconfig: kubeconfigFor(api.url), userAgent: 'test' });
    diary = new Diary({ client: connection.client });
    await diary.reflector.synced;
  });
  afterEach(async () => {
    await diary.reflector.stop();
    await connection.close();
    await api.close();
  });

  it('is seen before the watch tells of it, stays when older news come, and is told once', async () => {
    const { reflector } = diary;
    const answer = configMap('a', 12);
    reflector.witness(answer);
    expect(reflector.list().map(shown)).toEqual(['a@12']);
    await stream.send('MODIFIED', configMap('a', 11));
    await stream.send('MODIFIED', configMap('a', 12));
    await stream.send('ADDED', configMap('b', 13));
    expect(await diary.told(3)).toEqual(['+a@1', '~a@12', '+b@13']);
    // Gone in the meantime, or never selected: only the watch brings objects in.
    reflector.witness(configMap('gone', 14));
    expect(reflector.list().map(shown)).toEqual(['a@12', 'b@13']);
    expect(answer).toEqual(configMap('a', 12));
  });
});
