import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { Api } from '../cluster/api.ts';

export type Watched = {
  kind: string;
  metadata: {
    name: string;
    namespace: string;
    uid: string;
    resourceVersion: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    ownerReferences?: { kind: string; name: string }[];
  };
  spec?: Record<string, unknown>;
  status?: { conditions?: { type: string; status: string }[]; [field: string]: unknown };
};

export type Change = Readonly<{ type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: Watched }>;

/**
 * Calls `onChange` for every change of a collection from now on, until the returned function is called. A server under
 * load ends watches that it cannot feed fast enough: it goes on from the last version then. No list: a bench that has
 * lost sight of what happened has failed, and says so.
 */
export async function watch(api: Api, path: string, onChange: (change: Change) => void): Promise<() => void> {
  const list = await api.json<{ metadata: { resourceVersion: string } }>('GET', `${path}?limit=1`);
  const own = api.another(1);
  const stopping = new AbortController();
  let version = list.metadata.resourceVersion;
  let body = await open(own, path, version);
  const follow = async () => {
    for (;;) {
      for await (const event of events(body)) {
        if (event.type === 'ERROR') throw new Error(`the watch of ${path} broke: ${JSON.stringify(event.object)}`);
        version = event.object.metadata.resourceVersion;
        if (event.type !== 'BOOKMARK') onChange(event as Change);
      }
      if (stopping.signal.aborted) return;
      body = await open(own, path, version);
    }
  };
  follow().catch((error: Error) => {
    if (!stopping.signal.aborted) throw error;
  });
  return () => {
    stopping.abort();
    body.destroy();
    void own.close();
  };
}

async function open(api: Api, path: string, version: string): Promise<Readable> {
  const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${version}&timeoutSeconds=7200`;
  const { statusCode, body } = await api.raw('GET', `${path}?${query}`);
  if (statusCode !== 200) throw new Error(`watch ${path}: ${await body.text()}`);
  return body.setEncoding('utf8');
}

type Event = Readonly<{ type: Change['type'] | 'BOOKMARK' | 'ERROR'; object: Watched }>;

/** What comes before the body ends; a line that was cut off is dropped, since a resumed watch sends it again. */
async function* events(body: Readable): AsyncGenerator<Event> {
  let rest = '';
  for await (const text of body as AsyncIterable<string>) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line) as Event;
  }
}

/** Resolves when `condition` holds; rejects, saying what it waited for, when it takes too long. */
export async function until(
  what: string,
  withinMs: number,
  condition: () => boolean,
  seen: () => string = () => '',
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`${what} took more than ${withinMs / 1000} s${seen()}`);
    await wait(20);
  }
}
