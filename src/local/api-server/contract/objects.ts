import { describe, expect, it } from 'vitest';
import { dig, mapOf } from '../object.ts';
import { type Context, configMap, corePath, deployment, uniqueName } from './context.ts';

/** What the parts share: names and paths. */
function shared(context: Context) {
  const maps = (name = ''): string => corePath(context.namespace, 'configmaps', name);
  return { maps };
}

type Shared = ReturnType<typeof shared>;

/** Create, read, update and delete; the errors that clients branch on. */
export function objectContract(context: Context): void {
  const help = shared(context);
  describe('objects', () => {
    objectsTests1(context, help);
    objectsTests2(context, help);
  });

  describe('errors', () => {
    errorsTests1(context, help);
    errorsTests2(context);
  });
}

function objectsTests1(context: Context, { maps }: Shared): void {
  it('are given what the server knows of them', async () => {
    const name = uniqueName('given');
    const made = await context.client.post(maps(), configMap(name, { a: 'b' }));
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name,
        namespace: context.namespace,
        uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        resourceVersion: expect.stringMatching(/^\d+$/),
        creationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      },
      data: { a: 'b' },
    });
    expect((await context.client.get(maps(name))).body).toEqual(made.body);
  });

  it('get a name of their own by generateName', async () => {
    const made = await context.client.post(maps(), { ...configMap(''), metadata: { generateName: 'gen-' } });
    expect(dig(made.body, 'metadata', 'name')).toMatch(/^gen-[a-z0-9]{5}$/);
  });

  it('are not stored by a dry run', async () => {
    const name = uniqueName('dry');
    expect((await context.client.post(`${maps()}?dryRun=All`, configMap(name))).status).toBe(201);
    expect((await context.client.get(maps(name))).status).toBe(404);
  });

  it('keep their resourceVersion when an update changes nothing', async () => {
    const name = uniqueName('same');
    const made = await context.client.post(maps(), configMap(name, { a: 'b' }));
    const again = await context.client.send('PUT', maps(name), { body: made.body });
    expect(dig(again.body, 'metadata', 'resourceVersion')).toBe(dig(made.body, 'metadata', 'resourceVersion'));
  });

  it('count changes of the spec in metadata.generation, not those of metadata', async () => {
    const path = `/apis/apps/v1/namespaces/${context.namespace}/deployments`;
    const name = uniqueName('gen');
    const made = await context.client.post(path, deployment(name));
    const labelled = await context.client.patch(`${path}/${name}`, 'merge', { metadata: { labels: { a: 'b' } } });
    const changed = await context.client.patch(`${path}/${name}`, 'merge', { spec: { paused: true } });
    const generations = [made, labelled, changed].map(({ body }) => dig(body, 'metadata', 'generation'));
    expect(generations).toEqual([1, 1, 2]);
  });
}

function objectsTests2(context: Context, { maps }: Shared): void {
  it('with finalizers wait for them to go', async () => {
    const name = uniqueName('final');
    await context.client.post(maps(), configMap(name, {}, { finalizers: ['example.com/hold'] }));
    const deleted = await context.client.send('DELETE', maps(name));
    expect(deleted.status).toBe(200);
    const held = await context.client.get(maps(name));
    expect(dig(held.body, 'metadata', 'deletionTimestamp')).toEqual(expect.any(String));
    await context.client.patch(maps(name), 'merge', { metadata: { finalizers: null } });
    expect((await context.client.get(maps(name))).status).toBe(404);
  });

  it('are gone after a deletion that names their uid, and stay when it names another', async () => {
    const name = uniqueName('uid');
    const made = await context.client.post(maps(), configMap(name));
    const wrong = { preconditions: { uid: '00000000-0000-0000-0000-000000000000' } };
    expect((await context.client.send('DELETE', maps(name), { body: wrong })).status).toBe(409);
    const right = { preconditions: { uid: dig(made.body, 'metadata', 'uid') } };
    const gone = await context.client.send('DELETE', maps(name), { body: right });
    expect(gone.body).toMatchObject({ kind: 'Status', status: 'Success', details: { name, kind: 'configmaps' } });
  });

  it('are deleted by selector as a collection', async () => {
    const label = uniqueName('all');
    for (const name of ['one', 'two']) {
      await context.client.post(maps(), configMap(`${label}-${name}`, {}, { labels: { set: label } }));
    }
    await context.client.send('DELETE', `${maps()}?labelSelector=set%3D${label}`);
    const left = await context.client.get(`${maps()}?labelSelector=set%3D${label}`);
    expect(left.body['items']).toEqual([]);
  });
}

function errorsTests1(context: Context, { maps }: Shared): void {
  it('NotFound', async () => {
    const { status, body } = await context.client.get(maps('absent'));
    expect(status).toBe(404);
    expect(body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'configmaps "absent" not found',
      reason: 'NotFound',
      details: { name: 'absent', kind: 'configmaps' },
      code: 404,
    });
  });

  it('AlreadyExists', async () => {
    const name = uniqueName('twice');
    await context.client.post(maps(), configMap(name));
    const { status, body } = await context.client.post(maps(), configMap(name));
    expect(status).toBe(409);
    expect(body).toMatchObject({ reason: 'AlreadyExists', message: `configmaps "${name}" already exists` });
  });

  it('Conflict', async () => {
    const name = uniqueName('conflict');
    const made = await context.client.post(maps(), configMap(name));
    await context.client.patch(maps(name), 'merge', { data: { a: '1' } });
    const { status, body } = await context.client.send('PUT', maps(name), {
      body: { ...made.body, data: { a: '2' } },
    });
    expect(status).toBe(409);
    expect(body).toMatchObject({
      reason: 'Conflict',
      message: `Operation cannot be fulfilled on configmaps "${name}": the object has been modified; please apply your changes to the latest version and try again`,
    });
  });

  it('Invalid, with a cause for each field', async () => {
    const { status, body } = await context.client.post(maps(), configMap('Not_A_Name'));
    expect(status).toBe(422);
    expect(body).toMatchObject({ reason: 'Invalid', details: { name: 'Not_A_Name', kind: 'ConfigMap' } });
    expect(mapOf(body['details'])['causes']).toMatchObject([{ reason: 'FieldValueInvalid', field: 'metadata.name' }]);
  });
}

function errorsTests2(context: Context): void {
  it.each([
    ['an unknown path', '/apis/nowhere.example.com/v1/things', 404],
    ['a method that a resource does not have', '/api/v1/namespaces', 405],
  ])('%s', async (_what, path, code) => {
    const answer = code === 405 ? await context.client.send('PUT', path, { body: {} }) : await context.client.get(path);
    expect(answer.status).toBe(code);
  });

  it('401 for a token that nobody issued', async () => {
    expect((await context.client.get('/api/v1/namespaces', { token: 'nonsense' })).status).toBe(401);
  });
}
