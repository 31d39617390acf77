import { describe, expect, it } from 'vitest';
import { objectsOf } from './manifest.ts';

const told = (manifest: string) =>
  objectsOf(manifest, 'shop').map(
    ({ kind, namespace, name, keep, expires }) =>
      `${kind} ${namespace}/${name}${keep === true ? ', kept' : ''}${expires === true ? ', expires' : ''}`,
  );

describe('the objects of a rendered manifest', () => {
  it.each([
    [
      'in its order',
      'kind: B\napiVersion: v1\nmetadata:\n  name: b\n---\napiVersion: v1\nkind: A\nmetadata:\n  name: a\n',
      ['B shop/b', 'A shop/a'],
    ],
    [
      'with a namespace of their own',
      'apiVersion: v1\nkind: A\nmetadata:\n  namespace: other\n  name: a\n',
      ['A other/a'],
    ],
    [
      'with comments and separators that say more',
      '--- # Source: x\n# a\napiVersion: v1 # b\nkind: A\nmetadata:\n  name: "a"\n',
      ['A shop/a'],
    ],
    [
      'with fields named alike further in',
      'apiVersion: v1\nkind: A\nmetadata:\n  name: a\nspec:\n  kind: X\n  metadata:\n    name: x\n',
      ['A shop/a'],
    ],
    [
      'with a document within a text',
      'apiVersion: v1\nkind: A\nmetadata:\n  name: a\ndata:\n  x: |\n    ---\n    kind: B\n',
      ['A shop/a'],
    ],
    ['on one line', '{"apiVersion": "v1", "kind": "A", "metadata": {"name": "a"}}', ['A shop/a']],
    ['whose metadata stand on one line', 'apiVersion: v1\nkind: A\nmetadata: {name: a}\n', ['A shop/a']],
    ['whose fields are in quotes', '"apiVersion": v1\n"kind": A\n"metadata":\n  "name": a\n', ['A shop/a']],
    ['with aliases of other lines', 'x-name: &n a\napiVersion: v1\nkind: A\nmetadata:\n  name: *n\n', ['A shop/a']],
    [
      'taken out of Lists',
      'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: A, metadata: {name: a}}\n- {apiVersion: v1, kind: B, metadata: {name: b}}\n',
      ['A shop/a', 'B shop/b'],
    ],
    [
      'not what is no object',
      '---\n# only words\n---\nkind: A\n---\n[1]\n---\napiVersion: v1\nkind: A\nmetadata: {}\n',
      [],
    ],
    ['not what is no YAML', 'a: b: c\n---\napiVersion: v1\nkind: A\nmetadata:\n  name: a\n', ['A shop/a']],
    [
      'that Helm is told to keep',
      'apiVersion: v1\nkind: A\nmetadata:\n  name: a\n  annotations:\n    helm.sh/resource-policy: keep\n',
      ['A shop/a, kept'],
    ],
    [
      'Jobs that the cluster removes after their end',
      'apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: a\nspec:\n  ttlSecondsAfterFinished: 0\n---\n' +
        'apiVersion: batch/v1\nkind: "Job"\nmetadata:\n  name: b\nspec:\n  ttlSecondsAfterFinished:\n',
      ['Job shop/a, expires', 'Job shop/b'],
    ],
  ])('%s', (_what, manifest, expected) => expect(told(manifest)).toEqual(expected));

  it('are read of a large one without parsing all of it', () => {
    const big = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n${'  key: [broken\n'.repeat(1000)}`;
    expect(told(big)).toEqual(['ConfigMap shop/a']);
  });
});
