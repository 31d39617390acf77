import { describe, expect, it } from 'vitest';
import { readManifests } from './manifests.ts';

const read = (files: Record<string, string | Uint8Array>) =>
  readManifests(Object.entries(files).map(([path, content]) => ({ path, bytes: Buffer.from(content) })));
const object = (name: string, more = '') => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${more}`;
const bomb = [
  'a: &a [x,x,x,x,x,x,x,x,x,x]',
  ...'bcdefgh'.split('').map((n, i) => `${n}: &${n} [${Array(10).fill(`*${'abcdefgh'[i]}`).join(',')}]`),
].join('\n');

describe('manifests are read', () => {
  it('from all YAML and JSON files, in the order of paths, each with file and line', () => {
    const { documents, problems } = read({
      'b.yml': `# first\n---\n${object('b1')}---\n\n---\n${object('b2')}`,
      'a/x.yaml': object('a'),
      'c.json': '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}}',
      'notes.txt': 'not read: [',
    });
    expect(problems).toEqual([]);
    expect(documents.map(({ file, line, object }) => [file, line, object.metadata.name])).toEqual([
      ['a/x.yaml', 1, 'a'],
      ['b.yml', 3, 'b1'],
      ['b.yml', 10, 'b2'],
      ['c.json', 1, 'c'],
    ]);
  });
  it('out of Lists', () => {
    const items = JSON.stringify([{ apiVersion: 'v1', kind: 'A', metadata: { name: 'x' } }, { kind: 'B' }]);
    const { documents, problems } = read({ 'l.yaml': `apiVersion: v1\nkind: List\nitems: ${items}` });
    expect(documents.map(({ object }) => object.kind)).toEqual(['A']);
    expect(problems).toEqual([
      { file: 'l.yaml', line: 1, message: expect.stringContaining('lacks apiVersion, metadata.name') },
    ]);
  });
  it('with values as kubectl reads them', () => {
    const text =
      'data: {on1: on, n: 0x10, t: 2001-01-01, y1: yes, z: 012, j: 190:20:30, i: 1_000, b: !!binary aGk=, s: "yes", 010: k}';
    const { documents } = read({ 'a.yaml': object('a', text) });
    const expected = {
      on1: true,
      n: 16,
      t: '2001-01-01',
      y1: true,
      z: 10,
      j: '190:20:30',
      i: 1000,
      b: 'aGk=',
      s: 'yes',
      '010': 'k',
    };
    expect(documents[0]?.object['data']).toEqual(expected);
  });
  it('with anchors and merge keys', () => {
    const { documents } = read({ 'a.yaml': object('a', 'x: &x {p: 1}\ny: {<<: *x, q: 2}\n') });
    expect(documents[0]?.object['y']).toEqual({ p: 1, q: 2 });
  });
  it('and an empty file is no problem', () =>
    expect(read({ 'a.yaml': '', 'b.yaml': '# nothing\n---\n' })).toMatchObject({ documents: [], problems: [] }));
  it('and kustomizations are told apart', () => {
    const { kustomizations, problems } = read({ 'kustomization.yaml': 'resources: [a.yaml]', 'x/Kustomization': '' });
    expect({ kustomizations, problems }).toEqual({
      kustomizations: ['kustomization.yaml', 'x/Kustomization'],
      problems: [],
    });
  });
});

describe('a broken manifest stops nothing but itself, and is named with file and line', () => {
  it.each<[string, string, number, RegExp]>([
    ['bad syntax', 'a: [1\nb: 2\n', 2, /^not valid YAML: /],
    ['a duplicate key', 'kind: A\nkind: B\n', 2, /Map keys must be unique/],
    ['a duplicate key in JSON', '{"kind":"A",\n"kind":"B"}', 2, /Map keys must be unique/],
    ['a bomb of aliases', bomb, 1, /Excessive alias count/],
    ['an alias to nothing', 'a: *b\n', 1, /[Uu]nresolved alias/],
    ['a list', '- a\n', 1, /not a Kubernetes object/],
    ['a text', 'hello\n', 1, /not a Kubernetes object/],
    ['no apiVersion', 'kind: A\nmetadata: {name: a}\n', 1, /lacks apiVersion/],
    ['no name', 'apiVersion: v1\nkind: A\n', 1, /lacks metadata\.name/],
    [
      'a name that is a number',
      'apiVersion: v1\nkind: A\nmetadata: {name: 1}\n',
      1,
      /lacks metadata\.name \(as text\)/,
    ],
    ['a template', '{{ if .Values.x }}\n', 1, /./],
  ])('%s', (_title, text, line, message) => {
    const { documents, problems } = read({ 'bad.yaml': text, 'good.yaml': object('good') });
    expect(documents).toHaveLength(1);
    expect(problems[0]).toEqual({ file: 'bad.yaml', line, message: expect.stringMatching(message) });
  });
  it('also within its own file', () => {
    const { documents, problems } = read({ 'a.yaml': `${object('one')}---\nkind: A\nkind: B\n---\n${object('two')}` });
    expect(documents.map(({ object }) => object.metadata.name)).toEqual(['one', 'two']);
    expect(problems).toEqual([{ file: 'a.yaml', line: 7, message: expect.stringContaining('unique') }]);
  });
  it('when it is not UTF-8', () =>
    expect(read({ 'a.yaml': Uint8Array.of(0xff, 0xfe, 0x61) }).problems[0]?.message).toMatch(/UTF-8/));
});
