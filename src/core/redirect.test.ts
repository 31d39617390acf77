import { describe, expect, it } from 'vitest';
import { mirrorsFor, parseRedirect, rewriteGitUrl } from './redirect.ts';

const rules = [
  { from: 'https://github.com/', to: 'http://127.0.0.1:7070/git/' },
  { from: 'https://github.com/alustan/', to: 'http://mirror/a/' },
  { from: 'git@github.com:', to: 'https://github.com/' },
];

describe('--git-rewrite, as insteadOf of git', () => {
  it.each([
    ['the longest prefix wins', 'https://github.com/alustan/x.git', 'http://mirror/a/x.git'],
    ['a shorter one serves the rest', 'https://github.com/b/x', 'http://127.0.0.1:7070/git/b/x'],
    ['what is rewritten is not rewritten again', 'git@github.com:b/x', 'https://github.com/b/x'],
    ['other URLs stay', 'https://gitlab.com/b/x', 'https://gitlab.com/b/x'],
    ['a prefix in the middle is none', 'http://x/https://github.com/', 'http://x/https://github.com/'],
  ])('%s', (_title, url, expected) => expect(rewriteGitUrl(url, rules)).toBe(expected));
});

describe('--registry-mirror, as hosts of containerd', () => {
  const mirrors = [
    { from: 'docker.io', to: 'http://127.0.0.1:7070/' },
    { from: 'docker.io', to: 'mirror.example.com' },
    { from: '*', to: 'https://all.example.com' },
  ];
  it.each([
    ['in the order given', 'docker.io', ['http://127.0.0.1:7070', 'https://mirror.example.com']],
    ['the star serves hosts without a rule', 'ghcr.io', ['https://all.example.com']],
  ])('%s', (_title, host, expected) => expect(mirrorsFor(host, mirrors)).toEqual(expected));
  it('none without rules', () => expect(mirrorsFor('ghcr.io', [])).toEqual([]));
});

describe('FROM=TO', () => {
  it('is cut at the first =', () =>
    expect(parseRedirect('a=http://x/?y=z', '--git-rewrite')).toEqual({
      ok: true,
      value: { from: 'a', to: 'http://x/?y=z' },
    }));
  it.each(['', 'a', '=b', 'a='])('"%s" is refused by the name of its option', (text) =>
    expect(parseRedirect(text, '--git-rewrite')).toMatchObject({
      ok: false,
      failure: { message: expect.stringContaining('--git-rewrite') },
    }),
  );
});
