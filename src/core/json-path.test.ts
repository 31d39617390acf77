import { describe, expect, it } from 'vitest';
import { parseJsonPath, valueAt, withoutValue } from './json-path.ts';

const root = { a: { 'b.c': [{ d: 1 }, { d: 'two' }] }, n: null, "it's": 3, list: ['x', 'y'] };

const at = (path: string) => {
  const steps = parseJsonPath(path);
  return steps.ok ? valueAt(root, steps.value) : steps.failure.message;
};

describe('a path to one value', () => {
  it.each([
    ["{.a['b.c'][1].d}", 'two'],
    ['.list[0]', 'x'],
    ['{$.list[-1]}', 'y'],
    ['{ .a["b.c"][0].d }', 1],
    ["['it\\'s']", 3],
    ['{.a.b\\.c[1].d}', 'two'],
    ['.n', null],
    ['.none.deeper', undefined],
    ['.n.deeper', undefined],
    ['.list.length', undefined],
    ['.a.constructor', undefined],
    ['.list[7]', undefined],
  ])('%s', (path, expected) => expect(at(path)).toEqual(expected));

  it.each(['', '{}', 'a', '{..a}', '{.a[*]}', '{.a', '.a b', '.a[x]', '.a\\'])('%j is none', (path) => {
    expect(at(path)).toBe(`"${path}" is no path to one value; write for example {.database.host} or {.list[0].name}`);
  });

  it.each([
    ['.list[0]', { ...root, list: [null, 'y'] }],
    ['.list[-1]', { ...root, list: ['x', null] }],
    ["{.a['b.c'][0].d}", { ...root, a: { 'b.c': [{}, { d: 'two' }] } }],
    ['.none.x', root],
  ])('a copy without %s', (path, expected) => {
    const steps = parseJsonPath(path);
    expect(steps.ok && withoutValue(root, steps.value)).toEqual(expected);
  });
});
