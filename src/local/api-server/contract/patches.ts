import { describe, expect, it } from 'vitest';
import { dig, mapsOf } from '../object.ts';
import { type Context, configMap, corePath, deployment, uniqueName } from './context.ts';

/** What the parts share: names and paths. */
function shared(context: Context) {
  const maps = (name = ''): string => corePath(context.namespace, 'configmaps', name);
  const deployments = (name = ''): string => `/apis/apps/v1/namespaces/${context.namespace}/deployments/${name}`;
  const apply = (name: string, query: string, data: Record<string, string>) =>
    context.client.patch(`${maps(name)}?${query}`, 'apply', configMap(name, data));

  it('makes what is missing, and is idempotent', async () => {
    const name = uniqueName('apply');
    const first = await apply(name, 'fieldManager=one', { a: '1' });
    const second = await apply(name, 'fieldManager=one', { a: '1' });
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(dig(second.body, 'metadata', 'resourceVersion')).toBe(dig(first.body, 'metadata', 'resourceVersion'));
    expect(dig(first.body, 'metadata', 'managedFields')).toMatchObject([
      { manager: 'one', operation: 'Apply', fieldsV1: { 'f:data': { 'f:a': {} } } },
    ]);
  });

  it('with a uid makes nothing, and touches only the object of that uid', async () => {
    const name = uniqueName('apply-uid');
    const uid = '00000000-0000-0000-0000-000000000000';
    const withUid = () =>
      context.client.patch(`${maps(name)}?fieldManager=one&force=true`, 'apply', configMap(name, {}, { uid }));
    expect((await withUid()).body).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message: expect.stringContaining(uid),
    });
    await context.client.post(maps(), configMap(name));
    const message = `ConfigMap "${name}" is invalid: metadata.uid: Invalid value: "${uid}": field is immutable`;
    expect((await withUid()).body).toMatchObject({ code: 422, reason: 'Invalid', message });
  });
  return { maps, deployments, apply };
}

type Shared = ReturnType<typeof shared>;

/** The four kinds of patch, and what becomes of the fields' owners. */
export function patchContract(context: Context): void {
  const help = shared(context);
  describe('patches', () => {
    patchesTests1(context, help);
    patchesTests2(context, help);
  });

  describe('server-side apply', () => {
    serverSideApplyTests(context, help);
  });
}

function patchesTests1(context: Context, { maps, deployments }: Shared): void {
  it.each([
    ['merge', { data: { a: null, c: '3' } }],
    ['strategic', { data: { a: null, c: '3' } }],
    [
      'json',
      [
        { op: 'remove', path: '/data/a' },
        { op: 'add', path: '/data/c', value: '3' },
      ],
    ],
  ] as const)('%s', async (kind, patch) => {
    const name = uniqueName(kind);
    await context.client.post(maps(), configMap(name, { a: '1', b: '2' }));
    const { status, body } = await context.client.patch(maps(name), kind, patch);
    expect([status, body['data']]).toEqual([200, { b: '2', c: '3' }]);
  });

  it('strategic merges containers by name', async () => {
    const name = uniqueName('containers');
    await context.client.post(deployments(), deployment(name));
    const containers = [{ name: 'side', image: 'example.com/side:1' }];
    const { body } = await context.client.patch(deployments(name), 'strategic', {
      spec: { template: { spec: { containers } } },
    });
    const found = mapsOf(dig(body, 'spec', 'template', 'spec', 'containers'));
    expect(found.map((one) => one['name']).sort()).toEqual(['main', 'side']);
  });

  it('json: a test that fails is Invalid and changes nothing', async () => {
    const name = uniqueName('test');
    await context.client.post(maps(), configMap(name, { a: '1' }));
    const patch = [{ op: 'test', path: '/data/a', value: '2' }];
    const { status, body } = await context.client.patch(maps(name), 'json', patch);
    expect([status, body['reason']]).toEqual([422, 'Invalid']);
  });

  it('of an unknown kind are refused', async () => {
    const answer = await context.client.send('PATCH', maps('any'), { body: {}, type: 'application/json' });
    expect(answer.status).toBe(415);
  });
}

function patchesTests2(context: Context, { deployments }: Shared): void {
  it('strict validation refuses unknown fields, warning mode tells of them', async () => {
    const bad = deployment(uniqueName('strict'), { replics: 1 });
    const strict = await context.client.post(`${deployments()}?fieldValidation=Strict`, bad);
    expect([strict.status, strict.body['message']]).toEqual([
      400,
      'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.replics"',
    ]);
    const warned = await context.client.post(`${deployments()}?fieldValidation=Warn`, bad);
    expect(warned.status).toBe(201);
    expect(String(warned.headers['warning'])).toContain('unknown field \\"spec.replics\\"');
    expect(dig(warned.body, 'spec', 'replics')).toBeUndefined();
  });
}

function serverSideApplyTests(_context: Context, { apply }: Shared): void {
  it('removes what its manager no longer applies', async () => {
    const name = uniqueName('remove');
    await apply(name, 'fieldManager=one', { a: '1', b: '2' });
    expect((await apply(name, 'fieldManager=one', { a: '1' })).body['data']).toEqual({ a: '1' });
  });

  it('names the manager and the field of a conflict, and gives way to force', async () => {
    const name = uniqueName('fight');
    await apply(name, 'fieldManager=one', { a: '1' });
    const refused = await apply(name, 'fieldManager=two', { a: '2' });
    expect([refused.status, refused.body['message']]).toEqual([
      409,
      'Apply failed with 1 conflict: conflict with "one": .data.a',
    ]);
    const forced = await apply(name, 'fieldManager=two&force=true', { a: '2' });
    expect([forced.status, forced.body['data']]).toEqual([200, { a: '2' }]);
  });

  it('needs a field manager', async () => {
    expect((await apply(uniqueName('none'), '', {})).status).toBe(422);
  });
}
