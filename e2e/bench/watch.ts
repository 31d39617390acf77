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
 * Calls `onChange` for every change of a collection from now on, until the returned function is called. No list, no
 * resumption: a bench that loses its watch has failed, and says so.
 */
export async function watch(api: Api, path: string, onChange: (change: Change) => void): Promise<() => void> {
  const list = await api.json<{ metadata: { resourceVersion: string } }>('GET', `${path}?limit=1`);
  const query = `watch=true&resourceVersion=${list.metadata.resourceVersion}&timeoutSeconds=7200`;
  const own = api.another(1);
  const response = await own.raw('GET', `${path}?${query}`);
  if (response.statusCode !== 200) throw new Error(`watch ${path}: ${await response.body.text()}`);
  let stopped = false;
  let rest = '';
  response.body.setEncoding('utf8');
  response.body.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onChange(JSON.parse(line) as Change);
  });
  response.body.on('error', (error) => {
    if (!stopped) throw new Error(`the watch of ${path} broke: ${error.message}`);
  });
  return () => {
    stopped = true;
    response.body.destroy();
    void own.close();
  };
}

/** Resolves when `condition` holds; rejects, saying what it waited for, when it takes too long. */
export async function until(what: string, withinMs: number, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`${what} took more than ${withinMs / 1000} s`);
    await wait(20);
  }
}
