import { describe, expect, it } from 'vitest';
import { matchesGlobs } from './glob.ts';

describe('globs of branches and paths', () => {
  it.each([
    ['feat', 'feat', true],
    ['feat', 'feature', false],
    ['feature/*', 'feature/x', true],
    ['feature/*', 'feature/x/y', false],
    ['feature/**', 'feature/x/y', true],
    ['**/wip', 'wip', true],
    ['**/wip', 'a/b/wip', true],
    ['**/wip', 'a/xwip', false],
    ['web/**/*.ts', 'web/src/a/b.ts', true],
    ['f?x', 'fix', true],
    ['f?x', 'f/x', false],
    ['*', '', true],
    ['?', '', false],
    ['a.c', 'abc', false],
  ])('%s on %s: %s', (glob, text, expected) => {
    expect(matchesGlobs([glob], text)).toBe(expected);
  });

  it('one that matches is enough, and one with ! takes out', () => {
    expect(matchesGlobs(['a*', 'b*'], 'bee')).toBe(true);
    expect(matchesGlobs(['a*', '!**/wip'], 'a/wip')).toBe(false);
    expect(matchesGlobs(['!**/wip'], 'anything')).toBe(true);
    expect(matchesGlobs([], 'anything')).toBe(true);
  });

  it('many stars take no time', () => {
    expect(matchesGlobs([`${'*a'.repeat(60)}b`], 'a'.repeat(250))).toBe(false);
  });
});
