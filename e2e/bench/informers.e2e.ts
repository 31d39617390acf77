import { expect, it } from 'vitest';
import { differences } from './informers.ts';

it.each([
  { what: 'what is there', copy: { a: '1', b: '2' }, missed: 0 },
  { what: 'an older version', copy: { a: '1', b: '1' }, missed: 1 },
  { what: 'an object too few', copy: { a: '1' }, missed: 1 },
  { what: 'an object that has gone', copy: { a: '1', b: '2', c: '3' }, missed: 1 },
])('a copy with $what has missed $missed', ({ copy, missed }) => {
  expect(differences(copy, { a: '1', b: '2' })).toBe(missed);
});
