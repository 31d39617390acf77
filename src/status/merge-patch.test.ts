import { describe, expect, it } from 'vitest';
import { mergePatch } from './merge-patch.ts';

describe('the smallest merge patch', () => {
  it.each([
    ['nothing when equal', { a: 1, b: { c: [1] } }, { b: { c: [1] }, a: 1 }, undefined],
    ['what is new', {}, { a: 1 }, { a: 1 }],
    ['null for what is gone', { a: 1, b: 2 }, { b: 2 }, { a: null }],
    ['only the changed leaf', { a: { b: 1, c: 2 } }, { a: { b: 1, c: 3 } }, { a: { c: 3 } }],
    ['lists whole', { a: [1, 2] }, { a: [1, 3] }, { a: [1, 3] }],
    ['null for a key that every object seems to have', { constructor: 1 }, {}, { constructor: null }],
    ['a map that becomes a list', { a: { b: 1 } }, { a: [1] }, { a: [1] }],
  ])('%s', (_case, before, after, patch) => expect(mergePatch(before, after)).toEqual(patch));

  it('takes every name of a key', () => {
    const after = JSON.parse('{"__proto__": {"a": 1}, "toString": "b"}');
    expect(JSON.stringify(mergePatch({}, after))).toBe('{"__proto__":{"a":1},"toString":"b"}');
  });
});
