import { describe, expect, it } from 'vitest';
import { parseHelmignore } from './helmignore.ts';

const leavesOut = (text: string, path: string, folder = false): boolean => {
  const parsed = parseHelmignore(text);
  if (!parsed.ok) throw new Error(parsed.failure.message);
  return parsed.value(path, folder);
};

describe('.helmignore has the meaning that Helm gives it', () => {
  it.each<[string, string, string, boolean, boolean]>([
    ['a name, at any depth', '.git', 'a/.git', true, true],
    ['a star stops at a slash', 'a*', 'a/b', false, false],
    ['a name with a star', '*.swp', 'x/y.swp', false, true],
    ['a leading slash is the root', '/top.txt', 'top.txt', false, true],
    ['a leading slash is the root only', '/top.txt', 'x/top.txt', false, false],
    ['a slash inside is a whole path', 'x/y.txt', 'z/x/y.txt', false, false],
    ['a slash at the end is folders only', 'ci/', 'ci', false, false],
    ['a slash at the end takes folders', 'ci/', 'ci', true, true],
    ['a question mark is one character', 'a?c', 'abc', false, true],
    ['a class', '[ab].txt', 'b.txt', false, true],
    ['a negated class', '[^ab].txt', 'b.txt', false, false],
    ['a backslash takes the next as it is', 'a\\*', 'a*', false, true],
    ['a dot is a dot', 'a.c', 'abc', false, false],
    ['a comment says nothing', '# x', '# x', false, false],
    ['an exclamation leaves out all else', '!keep', 'other', false, true],
    ['an exclamation keeps what matches', '!keep', 'keep', false, false],
    ['the first rule that matches decides', 'a\n!a', 'a', false, true],
    ['hidden templates always', '', 'templates/.hidden.yaml', false, true],
    ['nothing else by itself', '', 'templates/a.yaml', false, false],
    ['a byte order mark is not a rule', '\uFEFFa', 'a', false, true],
  ])('%s', (_title, text, path, folder, expected) => expect(leavesOut(text, path, folder)).toBe(expected));

  it.each([
    ['a/**/b', /line 2.*"\*\*" is not supported/],
    ['[a', /line 2.*not a pattern/],
    ['[]', /line 2/],
    ['a\\', /line 2/],
  ])('%s is refused by line', (line, message) => {
    expect(parseHelmignore(`ok\n${line}`)).toMatchObject({
      ok: false,
      failure: { kind: 'invalid', message: expect.stringMatching(message) },
    });
  });
});
