import { describe, expect, it } from 'vitest';
import { dig } from '../object.ts';
import type { WatchEvent } from './client.ts';
import { type Context, configMap, corePath, uniqueName } from './context.ts';

const count = (wanted: number) => (events: WatchEvent[]) => events.length >= wanted;
const summary = (events: WatchEvent[]): string[] =>
  events.map(({ type, object }) => `${type} ${object.metadata.name ?? ''}`);

/** What the parts share: names and paths. */
function shared(context: Context) {
  const maps = (name = ''): string => corePath(context.namespace, 'configmaps', name);
  const watch = (query: string): string => `${maps()}?watch=true&${query}`;
  const revision = async (): Promise<string> =>
    String(dig((await context.client.get(`${maps()}?limit=1`)).body, 'metadata', 'resourceVersion'));
  return { maps, watch, revision };
}

type Shared = ReturnType<typeof shared>;

/** Watches: from where, what, and how they end. */
export function watchContract(context: Context): void {
  const help = shared(context);
  describe('watches', () => {
    watchesTests1(context, help);
    watchesTests2(context, help);
  });
}

function watchesTests1(context: Context, { maps, watch, revision }: Shared): void {
  it('tell all that happens after a revision', async () => {
    const since = await revision();
    const name = uniqueName('seen');
    await context.client.post(maps(), configMap(name));
    await context.client.patch(maps(name), 'merge', { data: { a: '1' } });
    await context.client.send('DELETE', maps(name));
    const events = await context.client.watch(watch(`resourceVersion=${since}`), count(3));
    expect(summary(events)).toEqual([`ADDED ${name}`, `MODIFIED ${name}`, `DELETED ${name}`]);
    expect(Number(events[2]?.object.metadata.resourceVersion)).toBeGreaterThan(
      Number(events[1]?.object.metadata.resourceVersion),
    );
  });

  it('tell of a change while they are open', async () => {
    const name = uniqueName('live');
    const query = `fieldSelector=metadata.name%3D${name}&resourceVersion=${await revision()}`;
    const watched = context.client.watch(watch(query), count(1));
    await context.client.post(maps(), configMap(name));
    expect(summary(await watched)).toEqual([`ADDED ${name}`]);
  });

  it('with a selector tell of what begins and ceases to match', async () => {
    const [name, label] = [uniqueName('match'), uniqueName('l')];
    const since = await revision();
    await context.client.post(maps(), configMap(name));
    await context.client.patch(maps(name), 'merge', { metadata: { labels: { is: label } } });
    await context.client.patch(maps(name), 'merge', { metadata: { labels: { is: null } } });
    const events = await context.client.watch(watch(`labelSelector=is%3D${label}&resourceVersion=${since}`), count(2));
    expect(summary(events)).toEqual([`ADDED ${name}`, `DELETED ${name}`]);
  });

  it('without a revision begin with what is there', async () => {
    const name = uniqueName('there');
    await context.client.post(maps(), configMap(name));
    const events = await context.client.watch(watch(`fieldSelector=metadata.name%3D${name}`), count(1));
    expect(summary(events)).toEqual([`ADDED ${name}`]);
  });
}

function watchesTests2(context: Context, { maps, watch }: Shared): void {
  it('mark the end of the initial events, for which Helm 4 waits', async () => {
    const name = uniqueName('initial');
    await context.client.post(maps(), configMap(name));
    const query =
      'sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan' +
      `&fieldSelector=metadata.name%3D${name}`;
    const events = await context.client.watch(watch(query), count(2));
    expect(summary(events)).toEqual([`ADDED ${name}`, 'BOOKMARK ']);
    expect(events[1]?.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
    expect(events[1]?.object.kind).toBe('ConfigMap');
  });

  it('end when their time is up', async () => {
    const started = Date.now();
    await context.client.watch(watch('timeoutSeconds=1'), () => false);
    expect(Date.now() - started).toBeLessThan(5_000);
  });

  it('are tables for those who ask, with columns in the first event only', async () => {
    const label = uniqueName('table');
    for (const name of ['a', 'b']) {
      await context.client.post(maps(), configMap(`${label}-${name}`, {}, { labels: { table: label } }));
    }
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    const events = await context.client.watch(watch(`labelSelector=table%3D${label}`), count(2), accept);
    const columns = events.map(({ object }) => (dig(object, 'columnDefinitions') as unknown[] | null)?.length ?? 0);
    expect(columns).toEqual([3, 0]);
  });
}
