import { describe, expect, it } from 'vitest';
import { unpackArchive } from './archive.ts';
import { type PackedChart, packChart } from './chart.ts';

const where = 'path "c" of git repository https://git.example.com/x';
const chartYaml = 'apiVersion: v2\nname: shop\nversion: 1.2.3\n';
const pack = (files: Record<string, string>) =>
  packChart(
    Object.entries(files).map(([path, content]) => ({ path, bytes: Buffer.from(content) })),
    where,
  );
const packed = async (files: Record<string, string>): Promise<PackedChart> => {
  const result = await pack({ 'Chart.yaml': chartYaml, ...files });
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
};
const hook = (names: string) => `metadata:\n  annotations:\n    "helm.sh/hook": ${names}\n`;

describe('a chart is packed', () => {
  it('below its name, with what Chart.yaml says of it', async () => {
    const chart = await packed({ 'templates/a.yaml': 'a: 1', 'values.yaml': 'x: 1' });
    expect(chart).toMatchObject({ name: 'shop', version: '1.2.3', postHooks: false, dependencies: [] });
    const files = await unpackArchive(chart.archive, 1e6);
    expect(files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()])).toEqual([
      ['shop/Chart.yaml', chartYaml],
      ['shop/templates/a.yaml', 'a: 1'],
      ['shop/values.yaml', 'x: 1'],
    ]);
  });
  it('to the same bytes and digest for the same files in any order', async () => {
    const [a, b] = [await packed({ x: '1', y: '2' }), await packed({ y: '2', x: '1' })];
    expect(b.digest).toBe(a.digest);
    expect(Buffer.compare(a.archive, b.archive)).toBe(0);
    expect((await packed({ x: '1', y: '3' })).digest).not.toBe(a.digest);
    expect((await packed({ x: '1y' })).digest).not.toBe((await packed({ x1: 'y' })).digest);
  });
  it('with long and foreign names', async () => {
    const names = [`files/${'d/'.repeat(80)}${'n'.repeat(90)}.txt`, 'files/ünïcode.txt', `files/${'m'.repeat(180)}`];
    const chart = await packed(Object.fromEntries(names.map((name) => [name, name])));
    const files = await unpackArchive(chart.archive, 1e6);
    expect(files.map(({ path }) => path)).toEqual(expect.arrayContaining(names.map((name) => `shop/${name}`)));
  });
  it('without what .helmignore leaves out, which does not change its digest', async () => {
    const ignore = { '.helmignore': '*.md\nci/\n' };
    const chart = await packed({ ...ignore, 'README.md': 'x', 'ci/deep/test.yaml': 'x', 'templates/.swp': 'x' });
    expect((await unpackArchive(chart.archive, 1e6)).map(({ path }) => path)).toEqual([
      'shop/.helmignore',
      'shop/Chart.yaml',
    ]);
    expect(chart.digest).toBe((await packed(ignore)).digest);
  });
});

describe('E20 hooks that must see ready workloads', () => {
  it.each([
    ['post-install', { 'templates/j.yaml': hook('post-install') }, true],
    ['post-upgrade among others', { 'templates/j.yaml': hook('pre-install,post-upgrade') }, true],
    [
      'in a dependency',
      { 'charts/db/Chart.yaml': 'name: db', 'charts/db/templates/j.yaml': hook('post-install') },
      true,
    ],
    ['in a packed dependency, which is not opened', { 'charts/db-1.0.0.tgz': 'x' }, true],
    ['not pre-install', { 'templates/j.yaml': hook('pre-install') }, false],
    ['not test hooks', { 'templates/j.yaml': hook('test') }, false],
    ['not words outside templates', { 'README.md': hook('post-install') }, false],
    ['not a hook policy alone', { 'templates/j.yaml': '# post-install\n"helm.sh/hook-weight": 1' }, false],
  ])('%s', async (_title, files, expected) =>
    expect((await packed(files as Record<string, string>)).postHooks).toBe(expected),
  );
});

describe('a chart that cannot be delivered is named', () => {
  it.each<[string, Record<string, string>, RegExp]>([
    ['no Chart.yaml', { 'values.yaml': '' }, /has no Chart\.yaml; give the path/],
    ['a Chart.yaml below', { 'app/Chart.yaml': chartYaml }, /has no Chart\.yaml \(there is app\/Chart\.yaml\)/],
    ['broken YAML', { 'Chart.yaml': 'name: [' }, /Chart\.yaml is not valid YAML/],
    [
      'a duplicate key',
      { 'Chart.yaml': `${chartYaml}name: other\n` },
      /Chart\.yaml is not valid YAML: Map keys must be unique/,
    ],
    ['no map', { 'Chart.yaml': '- x' }, /must be v1 or v2|does not hold a map/],
    ['no name', { 'Chart.yaml': 'apiVersion: v2\nversion: 1.0.0\n' }, /name must be/],
    ['a name that climbs', { 'Chart.yaml': 'apiVersion: v2\nname: ".."\nversion: 1.0.0\n' }, /name must be/],
    [
      'no version',
      { 'Chart.yaml': 'apiVersion: v2\nname: x\nversion: latest\n' },
      /version must be a semantic version/,
    ],
    ['a library', { 'Chart.yaml': `${chartYaml}type: library\n` }, /type library cannot be installed/],
    [
      'a dependency that is not vendored',
      { 'Chart.yaml': `${chartYaml}dependencies:\n- name: redis\n  version: 1.x\n  repository: https://c\n` },
      /not in charts\/: redis; run "helm dependency build"/,
    ],
    ['a bad .helmignore', { 'Chart.yaml': chartYaml, '.helmignore': 'a/**' }, /\.helmignore line 1/],
  ])('%s', async (_title, files, message) => {
    expect(await pack(files)).toMatchObject({
      ok: false,
      failure: { kind: 'invalid', reason: 'InvalidChart', message: expect.stringMatching(message) },
    });
    expect(await pack(files)).toMatchObject({ failure: { message: expect.stringContaining(where) } });
  });
  it('but not a dependency that is there', async () => {
    const yaml = `${chartYaml}dependencies:\n- name: redis\n  version: 1.x\n  repository: https://c\n`;
    for (const path of ['charts/redis/Chart.yaml', 'charts/redis-1.0.0.tgz']) {
      expect(await pack({ 'Chart.yaml': yaml, [path]: 'name: redis\n' })).toMatchObject({
        ok: true,
        value: { dependencies: [{ name: 'redis' }] },
      });
    }
  });
});
