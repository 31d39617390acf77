import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../test/support/seeded-random.ts';
import { equal } from '../schema/equal.ts';
import { isObject, type JsonObject, type Schema } from '../schema/types.ts';
import { jsonPatch, mergePatch, PatchError, strategicMergePatch } from './index.ts';

describe('jsonPatch (RFC 6902)', () => {
  it('leaves the object as it is and patches a copy', () => {
    const object = { spec: { replicas: 1, list: ['a', 'b'] } };
    const ops = [
      { op: 'test', path: '/spec/replicas', value: 1 },
      { op: 'replace', path: '/spec/replicas', value: 2 },
      { op: 'remove', path: '/spec/list/0' },
      { op: 'add', path: '/spec/list/-', value: 'c' },
    ];
    expect(jsonPatch(object, ops)).toEqual({ spec: { replicas: 2, list: ['b', 'c'] } });
    expect(object.spec.replicas).toBe(1);
  });

  it.each([
    [[{ op: 'test', path: '/a', value: 2 }], 'unprocessable', 'testing value /a failed: test failed'],
    [[{ op: 'remove', path: '/x' }], 'unprocessable', 'remove operation does not apply: doc is missing path: "/x"'],
    [[{ op: 'replace', path: '/x', value: 1 }], 'unprocessable', 'doc is missing key: /x: missing value'],
    [[{ op: 'copy', from: '/x', path: '/y' }], 'unprocessable', 'doc is missing from path: /x: missing value'],
    [[{ op: 'jump', path: '/a' }], 'unprocessable', 'Unexpected kind: jump'],
    [{ op: 'add' }, 'malformed', 'array of operations'],
  ])('refuses %j', (ops, kind, message) => {
    expect(() => jsonPatch({ a: 1 }, ops)).toThrow(
      expect.objectContaining({ kind, message: expect.stringContaining(message) }),
    );
  });
});

/** The merge patch that turns `before` into `after`. Neither may hold nulls: RFC 7396 cannot express them. */
function mergePatchDiff(before: JsonObject, after: JsonObject): JsonObject {
  const patch: JsonObject = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, fresh] = [before[key], after[key]];
    if (fresh === undefined) patch[key] = null;
    else if (isObject(old) && isObject(fresh)) {
      const inner = mergePatchDiff(old, fresh);
      if (Object.keys(inner).length > 0) patch[key] = inner;
    } else if (!equal(old, fresh)) patch[key] = fresh;
  }
  return patch;
}

describe('mergePatch (RFC 7396)', () => {
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j + %j = %j', (object, patch, result) => {
    expect(mergePatch(object, patch)).toEqual(result);
  });

  it('round trips: the diff of any two objects turns one into the other', () => {
    const next = seededRandom(7);
    const random = (limit: number) => Math.floor(next() * limit);
    for (let i = 0; i < 300; i++) {
      const [before, after] = [randomObject(random, 3), randomObject(random, 3)];
      expect(mergePatch(before, mergePatchDiff(before, after))).toEqual(after);
      expect(equal(mergePatchDiff(before, before), {})).toBe(true);
    }
  });
});

const containers: Schema = {
  properties: {
    containers: {
      type: 'array',
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'name',
      items: {
        properties: {
          env: { type: 'array', 'x-kubernetes-patch-strategy': 'merge', 'x-kubernetes-patch-merge-key': 'name' },
        },
      },
    },
    finalizers: { type: 'array', 'x-kubernetes-patch-strategy': 'merge' },
    strategy: { 'x-kubernetes-patch-strategy': 'retainKeys' },
  },
};

const merges = [
  {
    rule: 'merges list items by merge key, new ones stand first when the server does not know them',
    object: { containers: [{ name: 'a', image: '1' }, { name: 'b' }] },
    patch: { containers: [{ name: 'c' }, { name: 'a', image: '2' }] },
    result: { containers: [{ name: 'c' }, { name: 'a', image: '2' }, { name: 'b' }] },
  },
  {
    rule: 'deletes an item by $patch: delete',
    object: { containers: [{ name: 'a' }, { name: 'b' }] },
    patch: { containers: [{ name: 'a', $patch: 'delete' }] },
    result: { containers: [{ name: 'b' }] },
  },
  {
    rule: 'replaces a list by $patch: replace',
    object: { containers: [{ name: 'a' }, { name: 'b' }] },
    patch: { containers: [{ $patch: 'replace' }, { name: 'z' }] },
    result: { containers: [{ name: 'z' }] },
  },
  {
    rule: 'orders by $setElementOrder',
    object: { containers: [{ name: 'a' }, { name: 'b' }] },
    patch: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] },
    result: { containers: [{ name: 'b' }, { name: 'a' }] },
  },
  {
    rule: 'deletes from a list of primitives',
    object: { finalizers: ['x', 'y'] },
    patch: { '$deleteFromPrimitiveList/finalizers': ['x'], finalizers: ['z'] },
    result: { finalizers: ['z', 'y'] },
  },
  {
    rule: 'keeps only the keys of $retainKeys',
    object: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } },
    patch: { strategy: { $retainKeys: ['type'], type: 'Recreate' } },
    result: { strategy: { type: 'Recreate' } },
  },
  {
    rule: 'replaces a map by $patch: replace, empties it by $patch: delete',
    object: { a: { x: 1 }, b: { y: 1 } },
    patch: { a: { $patch: 'replace', z: 2 }, b: { $patch: 'delete' } },
    result: { a: { z: 2 }, b: {} },
  },
  {
    rule: 'drops nulls and directives of what is new',
    object: {},
    patch: { a: { x: null, y: 1 }, containers: [{ name: 'a', $patch: 'delete' }, { name: 'b' }] },
    result: { a: { y: 1 }, containers: [{ name: 'b' }] },
  },
  {
    rule: 'replaces lists without merge strategy',
    object: { args: ['a', 'b'] },
    patch: { args: ['c'] },
    result: { args: ['c'] },
  },
];

describe('strategicMergePatch', () => {
  it.each(merges)('$rule', ({ object, patch, result }) => {
    const before = structuredClone(object);
    expect(strategicMergePatch<JsonObject>(object, patch, containers)).toEqual(result);
    expect(object).toEqual(before);
  });

  it.each([
    [{ containers: [{ image: 'x' }] }, 'does not contain declared merge key: name'],
    [{ strategy: { $retainKeys: ['type'], other: 1 } }, 'invalid patch format of retainKeys'],
    [{ strategy: { $patch: 'explode' } }, 'unknown patch type: explode'],
    [
      { '$setElementOrder/containers': [{ name: 'a' }], containers: [{ name: 'q' }] },
      "doesn't match $setElementOrder list",
    ],
  ])('refuses %j', (patch, message) => {
    const object = { containers: [{ name: 'a' }], strategy: {} };
    expect(() => strategicMergePatch(object, patch, containers)).toThrow(PatchError);
    expect(() => strategicMergePatch(object, patch, containers)).toThrow(message);
  });
});

function randomObject(random: (limit: number) => number, depth: number): JsonObject {
  const object: JsonObject = {};
  for (let i = random(4); i >= 0; i--) object['abcde'[random(5)] ?? 'a'] = randomValue(random, depth - 1);
  return object;
}

function randomValue(random: (limit: number) => number, depth: number): unknown {
  const pick = random(depth > 0 ? 5 : 3);
  if (pick === 0) return random(3);
  if (pick === 1) return 'xyz'[random(3)];
  if (pick === 2) return random(2) === 0;
  return pick === 3 ? [randomValue(random, depth - 1)] : randomObject(random, depth);
}
