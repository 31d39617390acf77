import { expect, it } from 'vitest';
import { brief } from './text.ts';

it.each([
  ['stays when it fits', 'short', 20, 'short'],
  ['becomes one line', 'a\n  b\tc', 20, 'a b c'],
  ['keeps beginning and end', 'abcdefghijklmnopqrstuvwxyz', 15, 'abcdefghij … yz'],
])('text %s', (_what, text, limit, wanted) => {
  expect(brief(text, limit)).toBe(wanted);
  expect(wanted.length).toBeLessThanOrEqual(limit);
});
