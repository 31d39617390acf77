import { expect, it } from 'vitest';
import { brief, plain } from './text.ts';

it.each([
  ['stays when it fits', 'short', 20, 'short'],
  ['becomes one line', 'a\n  b\tc', 20, 'a b c'],
  ['keeps beginning and end', 'abcdefghijklmnopqrstuvwxyz', 15, 'abcdefghij … yz'],
])('text %s', (_what, text, limit, wanted) => {
  expect(brief(text, limit)).toBe(wanted);
  expect(wanted.length).toBeLessThanOrEqual(limit);
});

it('plain text is what a terminal shows, without colours and moves of its cursor', () =>
  expect(plain('\u001b[31m│\u001b[0m \u001b[1;4mError\u001b[22m\u001b[K: [1m] stays')).toBe('│ Error: [1m] stays'));
