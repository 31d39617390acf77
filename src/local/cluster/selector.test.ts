import { expect, it } from 'vitest';
import { matches } from './selector.ts';
import type { LabelSelector } from './types.ts';

const labels = { app: 'web', tier: 'front' };
const term = (key: string, operator: string, ...values: string[]): LabelSelector => ({
  matchExpressions: [{ key, operator, values }],
});

it.each<[string, LabelSelector | undefined, boolean]>([
  ['an absent selector matches nothing', undefined, false],
  ['an empty selector matches everything', {}, true],
  ['equal labels', { matchLabels: { app: 'web' } }, true],
  ['another value', { matchLabels: { app: 'api' } }, false],
  ['a label that is not there', { matchLabels: { zone: 'a' } }, false],
  ['In', term('tier', 'In', 'back', 'front'), true],
  ['In, absent label', term('zone', 'In', 'a'), false],
  ['NotIn', term('tier', 'NotIn', 'front'), false],
  ['NotIn, absent label', term('zone', 'NotIn', 'a'), true],
  ['Exists', term('app', 'Exists'), true],
  ['DoesNotExist', term('app', 'DoesNotExist'), false],
  ['an unknown operator', term('app', 'Like', 'web'), false],
  ['all terms must hold', { matchLabels: { app: 'web' }, ...term('tier', 'In', 'back') }, false],
])('label selector: %s', (_case, selector, expected) => {
  expect(matches(selector, labels)).toBe(expected);
});
