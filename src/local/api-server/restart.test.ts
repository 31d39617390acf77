import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ContractClient } from './contract/client.ts';
import { startApiServer } from './index.ts';
import { dig, mapsOf } from './object.ts';

// Each test starts the server twice or more, which a busy machine takes its time for.
vi.setConfig({ testTimeout: 60_000 });

const token = 'restart';
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'alustan-restart-'));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function withServer<T>(work: (client: ContractClient, port: number) => Promise<T>): Promise<T> {
  const server = await startApiServer({ dataDir: dir, port: 0, adminToken: token, podLogDir: dir });
  const client = new ContractClient({ ...server, ca: server.caPem, token, kubeconfigPath: '', stop: server.close });
  try {
    return await work(client, server.port);
  } finally {
    await client.close();
    await server.close();
  }
}

const maps = '/api/v1/namespaces/default/configmaps';

it('objects, revisions, the certificate and issued tokens survive a restart', async () => {
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot' } };
  const before = await withServer(async (client) => {
    await client.post('/api/v1/namespaces/default/serviceaccounts', account);
    const request = { spec: {} };
    const issued = await client.post('/api/v1/namespaces/default/serviceaccounts/robot/token', request);
    const made = await client.post(maps, { metadata: { name: 'kept' }, data: { a: 'b' } });
    return { made: made.body, bearer: String(dig(issued.body, 'status', 'token')) };
  });
  await withServer(async (client) => {
    expect((await client.get(`${maps}/kept`)).body).toEqual(before.made);
    expect((await client.get(maps, { token: before.bearer })).status).toBe(403);
    const later = await client.post(maps, { metadata: { name: 'later' } });
    expect(Number(dig(later.body, 'metadata', 'resourceVersion'))).toBeGreaterThan(
      Number(dig(before.made, 'metadata', 'resourceVersion')),
    );
  });
});

it('a port that is taken is refused by its code', async () => {
  await withServer(async (_client, port) => {
    const second = startApiServer({ dataDir: join(dir, 'second'), port, podLogDir: dir });
    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

it('what was answered is there after kill -9 in the middle of writes', async () => {
  const child = fork(new URL('./crash.fixture.ts', import.meta.url), { silent: true });
  child.send({ dataDir: dir, port: 0, adminToken: token, podLogDir: dir });
  const [message] = (await once(child, 'message')) as [{ url: string; caPem: string }];
  const client = new ContractClient({
    url: message.url,
    ca: message.caPem,
    token,
    kubeconfigPath: '',
    stop: async () => {},
  });
  const answered: string[] = [];
  const writes = Array.from({ length: 200 }, async (_unused, index) => {
    const made = await client.post(maps, { metadata: { name: `crash-${index}` } });
    if (made.status === 201) answered.push(`crash-${index}`);
    if (answered.length === 20) child.kill('SIGKILL');
  });
  await Promise.allSettled(writes);
  await client.close();
  expect(answered.length).toBeGreaterThanOrEqual(20);
  const found = await withServer(async (again) => mapsOf((await again.get(maps)).body['items']));
  expect(found.map((one) => dig(one, 'metadata', 'name'))).toEqual(expect.arrayContaining(answered));
});
