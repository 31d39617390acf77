import { beforeAll, describe, expect, it } from 'vitest';
import { dig, listOf, mapOf, mapsOf } from '../object.ts';
import { type Context, configMap, corePath, uniqueName } from './context.ts';

/** What the parts share: names and paths. */
function shared(context: Context) {
  const label = uniqueName('list');
  const selected = `labelSelector=list%3D${label}`;
  const maps = (query = ''): string => `${corePath(context.namespace, 'configmaps')}?${query}`;
  const names = (body: unknown): unknown[] => mapsOf(dig(body, 'items')).map((item) => dig(item, 'metadata', 'name'));
  return { label, selected, maps, names };
}

type Shared = ReturnType<typeof shared>;

/** Lists: pages, selectors, and the forms that kubectl and metadata clients ask for. */
export function listContract(context: Context): void {
  const help = shared(context);
  describe('lists', () => {
    const { label, maps } = help;
    beforeAll(async () => {
      for (const [name, tier] of [
        ['a', 'x'],
        ['b', 'y'],
        ['c', 'y'],
      ]) {
        const metadata = { labels: { list: label, tier } };
        await context.client.post(maps(), configMap(`${label}-${name}`, { key: 'value' }, metadata));
      }
    });

    listsTests1(context, help);
    listsTests2(context, help);
  });
}

function listsTests1(context: Context, { label, selected, maps, names }: Shared): void {
  it('come in pages of one consistent revision', async () => {
    const first = await context.client.get(maps(`limit=1`));
    const metadata = mapOf(first.body['metadata']);
    expect(names(first.body)).toHaveLength(1);
    await context.client.post(maps(), configMap(uniqueName('zzz-later')));
    const rest = await context.client.get(maps(`limit=500&continue=${String(metadata['continue'])}`));
    expect(dig(rest.body, 'metadata', 'resourceVersion')).toBe(metadata['resourceVersion']);
    expect(names(rest.body)).not.toContainEqual(expect.stringMatching(/^zzz-later/));
    expect(dig(rest.body, 'metadata', 'continue')).toBeUndefined();
  });

  it.each([
    ['=', 'tier=y', ['b', 'c']],
    ['!=', 'tier!=y', ['a']],
    ['in', 'tier in (x, z)', ['a']],
    ['notin', 'tier notin (x)', ['b', 'c']],
    ['exists', 'tier', ['a', 'b', 'c']],
    ['does not exist', '!tier', []],
  ])('select by label: %s', async (_operator, selector, expected) => {
    const query = encodeURIComponent(`list=${label},${selector}`);
    const { body } = await context.client.get(maps(`labelSelector=${query}`));
    expect(names(body)).toEqual(expected.map((name) => `${label}-${name}`));
  });

  it('select by field', async () => {
    const query = encodeURIComponent(`metadata.name=${label}-b`);
    expect(names((await context.client.get(maps(`fieldSelector=${query}`))).body)).toEqual([`${label}-b`]);
  });

  it('refuse a field that nobody can select by', async () => {
    const { status, body } = await context.client.get(maps('fieldSelector=data.key%3Dvalue'));
    expect([status, body['reason']]).toEqual([400, 'BadRequest']);
    expect(body['message']).toBe(
      '"data.key" is not a known field selector: only "metadata.name", "metadata.namespace"',
    );
    const pods = await context.client.get(`${corePath(context.namespace, 'pods')}?fieldSelector=spec.foo%3Dbar`);
    expect([pods.status, pods.body['message']]).toEqual([400, 'field label not supported: spec.foo']);
  });

  it('are tables for those who ask', async () => {
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
    const { body } = await context.client.get(maps(selected), { accept });
    expect(body).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' });
    expect(mapsOf(body['columnDefinitions']).map((column) => column['name'])).toEqual(['Name', 'Data', 'Age']);
    const row = mapsOf(body['rows'])[0];
    expect(listOf(row?.['cells']).slice(0, 2).map(String)).toEqual([`${label}-a`, '1']);
    expect(dig(row, 'object', 'kind')).toBe('PartialObjectMetadata');
  });
}

function listsTests2(context: Context, { selected, maps }: Shared): void {
  it('are metadata alone for those who ask', async () => {
    const accept = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';
    const { body } = await context.client.get(maps(selected), { accept });
    expect(body['kind']).toBe('PartialObjectMetadataList');
    expect(mapsOf(body['items'])[0]?.['data']).toBeUndefined();
  });

  it('are refused in a form that nobody makes', async () => {
    expect((await context.client.get(maps(), { accept: 'text/csv' })).status).toBe(406);
  });
}
