import { expect, it } from 'vitest';
import { formatIndexes, parseIndexes } from './counts.ts';

it.each<[number[], string]>([
  [[], ''],
  [[3], '3'],
  [[0, 1], '0,1'],
  [[0, 1, 2], '0-2'],
  [[7, 0, 1, 2, 5, 6, 1], '0-2,5-7'],
])('completed indexes %j are written %s', (indexes, text) => {
  expect(formatIndexes(indexes)).toBe(text);
  expect(parseIndexes(text)).toEqual([...new Set(indexes)].sort((a, b) => a - b));
});
