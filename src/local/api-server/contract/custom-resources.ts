import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { dig, type Json, mapsOf } from '../object.ts';
import { type Context, uniqueName } from './context.ts';

const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

function definition(group: string) {
  const spec = {
    type: 'object',
    required: ['size'],
    properties: {
      size: { type: 'integer', minimum: 1 },
      mode: { type: 'string', enum: ['a', 'b'], default: 'a' },
      replicas: { type: 'integer' },
      port: { 'x-kubernetes-int-or-string': true },
    },
    'x-kubernetes-validations': [{ rule: 'self.size < 100', message: 'too big' }],
  };
  const openAPIV3Schema = {
    type: 'object',
    properties: { spec, status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `things.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'things', singular: 'thing', kind: 'Thing', shortNames: ['th'], categories: ['all'] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema },
          subresources: {
            status: {},
            scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
          },
          additionalPrinterColumns: [{ name: 'SIZE', type: 'integer', jsonPath: '.spec.size' }],
        },
      ],
    },
  };
}

/** What the parts share: names and paths. */
function shared(context: Context) {
  const group = `${uniqueName('g')}.example.com`;
  const crd = `${crds}/things.${group}`;
  const things = (name = ''): string =>
    `/apis/${group}/v1/namespaces/${context.namespace}/things${name === '' ? '' : `/${name}`}`;
  const thing = (name: string, spec: unknown, more = {}) => ({
    apiVersion: `${group}/v1`,
    kind: 'Thing',
    metadata: { name },
    spec,
    ...more,
  });
  return { group, crd, things, thing };
}

type Shared = ReturnType<typeof shared>;

/** CustomResourceDefinitions: served soon, checked as declared, gone with what they hold. */
export function customResourceContract(context: Context): void {
  const help = shared(context);
  describe('custom resources', () => {
    const { group, crd, things } = help;
    beforeAll(async () => {
      await context.client.post(crds, definition(group));
      await vi.waitFor(async () => expect((await context.client.get(things())).status).toBe(200), { timeout: 10_000 });
      const { body } = await context.client.get(crd);
      expect(mapsOf(dig(body, 'status', 'conditions'))).toMatchObject([
        { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts' },
        { type: 'Established', status: 'True', reason: 'InitialNamesAccepted' },
      ]);
    });

    afterAll(async () => {
      await context.client.send('DELETE', crd);
    });

    customResourcesTests1(context, help);
    customResourcesTests2(context, help);
  });
}

function customResourcesTests1(context: Context, { group, things, thing }: Shared): void {
  it('are defaulted and pruned', async () => {
    const { status, body } = await context.client.post(
      things(),
      thing('plain', { size: 1, port: '8080', unknown: true }),
    );
    expect([status, body['spec']]).toEqual([201, { size: 1, mode: 'a', port: '8080' }]);
    expect(dig(body, 'metadata', 'generation')).toBe(1);
  });

  it.each([
    ['a missing field', {}, 'spec.size: Required value'],
    [
      'a wrong type',
      { size: 'x' },
      'spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"',
    ],
    [
      'a value below the minimum',
      { size: 0 },
      'spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1',
    ],
    [
      'a value outside the enum',
      { size: 1, mode: 'c' },
      'spec.mode: Unsupported value: "c": supported values: "a", "b"',
    ],
    ['a CEL rule', { size: 100 }, 'spec: Invalid value: "object": too big'],
  ])('are refused for %s', async (_what, spec, words) => {
    const { status, body } = await context.client.post(things(), thing('refused', spec));
    expect(status).toBe(422);
    expect(body['message']).toContain(words);
    expect(body['message']).toContain(`Thing.${group} "refused" is invalid: `);
  });

  it('keep status and spec apart', async () => {
    const made = await context.client.post(things(), thing('apart', { size: 1 }, { status: { lost: true } }));
    expect(made.body['status']).toBeUndefined();
    const patch = { status: { replicas: 2 }, spec: { size: 9 } };
    const told = await context.client.patch(`${things('apart')}/status`, 'merge', patch);
    expect(told.body).toMatchObject({ spec: { size: 1 }, status: { replicas: 2 }, metadata: { generation: 1 } });
    const spec = await context.client.patch(things('apart'), 'merge', { spec: { size: 2 }, status: { replicas: 3 } });
    expect(spec.body).toMatchObject({ spec: { size: 2 }, status: { replicas: 2 }, metadata: { generation: 2 } });
  });

  it('have no strategic merge', async () => {
    const { status } = await context.client.patch(things('apart'), 'strategic', { spec: { size: 3 } });
    expect(status).toBe(415);
  });
}

function customResourcesTests2(context: Context, { things, thing }: Shared): void {
  it('take null into a status by a JSON patch, which is for one version of the object', async () => {
    const { body } = await context.client.post(things(), thing('null', { size: 1 }));
    const write = (version: unknown) =>
      context.client.patch(`${things('null')}/status`, 'json', [
        { op: 'replace', path: '/metadata/resourceVersion', value: version },
        { op: 'add', path: '/status', value: { output: { a: null, b: [{ c: null }] } } },
      ]);
    const { resourceVersion } = body['metadata'] as Json;
    const told = await write(resourceVersion);
    expect([told.status, told.body['status']]).toEqual([200, { output: { a: null, b: [{ c: null }] } }]);
    expect(await write(resourceVersion)).toMatchObject({ status: 409, body: { reason: 'Conflict' } });
  });

  it('scale where their CRD says', async () => {
    await context.client.post(things(), thing('scaled', { size: 1 }));
    await context.client.patch(`${things('scaled')}/scale`, 'merge', { spec: { replicas: 4 } });
    expect(dig((await context.client.get(things('scaled'))).body, 'spec', 'replicas')).toBe(4);
  });

  it('show the columns of their CRD', async () => {
    const { body } = await context.client.get(things(), { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
    expect(mapsOf(body['columnDefinitions']).map((one) => one['name'])).toEqual(['Name', 'SIZE']);
  });

  it('go with their CRD, once their finalizers let them', async () => {
    const other = `${uniqueName('gone')}.example.com`;
    const path = `/apis/${other}/v1/namespaces/${context.namespace}/things`;
    await context.client.post(crds, definition(other));
    const held = {
      ...thing('held', { size: 1 }),
      apiVersion: `${other}/v1`,
      metadata: { name: 'held', finalizers: ['example.com/hold'] },
    };
    await expect.poll(async () => (await context.client.post(path, held)).status, { timeout: 10_000 }).toBe(201);
    await context.client.send('DELETE', `${crds}/things.${other}`);
    const marked = async (): Promise<unknown> =>
      dig((await context.client.get(`${path}/held`)).body, 'metadata', 'deletionTimestamp');
    await expect.poll(marked, { timeout: 10_000 }).toEqual(expect.any(String));
    expect((await context.client.get(`${crds}/things.${other}`)).status).toBe(200);
    await context.client.patch(`${path}/held`, 'merge', { metadata: { finalizers: null } });
    const gone = async (): Promise<number> => (await context.client.get(`${crds}/things.${other}`)).status;
    await expect.poll(gone, { timeout: 10_000 }).toBe(404);
    await expect.poll(async () => (await context.client.get(path)).status, { timeout: 10_000 }).toBe(404);
  });
}
