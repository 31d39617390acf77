import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../core/resource.ts';
import { hasDrifted, isApplied } from './drift.ts';
import { appliedAnnotation } from './place.ts';

function thing(fields: Record<string, unknown>, applied?: string): KubeObject {
  const metadata = { name: 'x', ...(applied === undefined ? {} : { annotations: { [appliedAnnotation]: applied } }) };
  return { apiVersion: 'v1', kind: 'Thing', metadata, ...fields };
}

describe('hasDrifted', () => {
  it.each<[string, Record<string, unknown>, Record<string, unknown>, boolean]>([
    ['the same', { spec: { a: 1 } }, { spec: { a: 1 } }, false],
    ['another value', { spec: { a: 1 } }, { spec: { a: 2 } }, true],
    ['a field that is gone', { spec: { a: 1 } }, { spec: {} }, true],
    ['a field that others added', { spec: { a: 1 } }, { spec: { a: 1, b: 2 } }, false],
    ['a list that is longer', { list: [1] }, { list: [1, 2] }, true],
    ['an item that differs', { list: [{ a: 1 }] }, { list: [{ a: 2 }] }, true],
    ['an item with more fields', { list: [{ a: 1 }] }, { list: [{ a: 1, b: 2 }] }, false],
    ['a list that is something else', { list: [1] }, { list: 1 }, true],
    ['a map that is something else', { map: { a: 1 } }, { map: 'x' }, true],
    ['an empty list or map that the API server leaves out', { list: [], map: {} }, {}, false],
    ['a map that is gone', { map: { a: 1 } }, {}, true],
    ['null says nothing', { a: null }, { a: 1 }, false],
    ['status is not ours', { status: { a: 1 } }, { status: { a: 2 } }, false],
    ['stringData is never read back', { stringData: { a: 'b' } }, { data: { a: 'Yg==' } }, false],
  ])('%s', (_, wanted, live, drifted) => {
    expect(hasDrifted(thing(wanted), thing(live))).toBe(drifted);
  });

  it('another API version of the same object is no drift', () => {
    expect(hasDrifted(thing({}), { ...thing({}), apiVersion: 'v2' })).toBe(false);
  });
});

describe('isApplied', () => {
  it.each<[string, KubeObject | undefined, boolean]>([
    ['this text', thing({}, 'h1'), true],
    ['another text', thing({}, 'h0'), false],
    ['made by others', thing({}), false],
    ['not there', undefined, false],
  ])('%s', (_, live, applied) => {
    expect(isApplied(thing({}, 'h1'), live)).toBe(applied);
  });
});
