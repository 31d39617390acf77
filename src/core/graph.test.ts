import { describe, expect, it } from 'vitest';
import { cycleThrough, levels, reachable } from './graph.ts';

const graph = (edges: Record<string, string[]>) => new Map(Object.entries(edges));

describe('cycleThrough', () => {
  it.each<[string, Record<string, string[]>, string, string[] | undefined]>([
    ['none in a chain', { a: ['b'], b: ['c'], c: [] }, 'a', undefined],
    ['none in a diamond', { a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }, 'a', undefined],
    ['itself', { a: ['a'] }, 'a', ['a', 'a']],
    ['two', { a: ['b'], b: ['a'] }, 'a', ['a', 'b', 'a']],
    ['three, from each member', { a: ['b'], b: ['c'], c: ['a'] }, 'b', ['b', 'c', 'a', 'b']],
    ['only leads to one', { x: ['a'], a: ['b'], b: ['a'] }, 'x', undefined],
    ['one behind another cycle is not its own', { x: ['y'], y: ['z', 'x'], z: ['z'] }, 'z', ['z', 'z']],
    ['the shortest', { a: ['b', 'c'], b: ['c'], c: ['a'] }, 'a', ['a', 'c', 'a']],
    ['unknown names end a path', { a: ['gone'] }, 'a', undefined],
  ])('E8 %s', (_, edges, start, cycle) => {
    expect(cycleThrough(graph(edges), start)).toEqual(cycle);
  });
});

describe('reachable', () => {
  it('holds all that is led to, and itself only on a cycle', () => {
    expect([...reachable(graph({ a: ['b'], b: ['c', 'd'], c: ['b'] }), 'a')].sort()).toEqual(['b', 'c', 'd']);
    expect([...reachable(graph({ a: ['b'], b: ['a'] }), 'a')].sort()).toEqual(['a', 'b']);
    expect([...reachable(graph({}), 'a')]).toEqual([]);
  });
});

describe('levels', () => {
  it.each<[string, Record<string, string[]>, string[][]]>([
    ['nothing', {}, []],
    ['all free', { b: [], a: [] }, [['b', 'a']]],
    ['a chain', { web: ['api'], api: ['db'], db: [] }, [['db'], ['api'], ['web']]],
    ['a diamond', { a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }, [['d'], ['b', 'c'], ['a']]],
    ['names from outside do not hold', { web: ['elsewhere'] }, [['web']]],
    ['a cycle and what waits for it come last', { a: ['b'], b: ['a'], c: ['a'], d: [] }, [['d'], ['a', 'b', 'c']]],
    ['itself does not hold', { a: ['a'], b: ['a'] }, [['a'], ['b']]],
  ])('%s', (_, edges, expected) => {
    expect(levels(graph(edges))).toEqual(expected);
  });
});
