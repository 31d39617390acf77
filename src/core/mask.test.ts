import { describe, expect, it } from 'vitest';
import { masker } from './mask.ts';

const secret = 'p:a#s$$ "x"<&\n second-line/é';

describe('E2 a secret value is hidden', () => {
  const mask = masker([secret, 'abc', 'inner-value', 'outer-inner-value-tail']);

  it.each([
    ['as it is', secret],
    ['in JSON', JSON.stringify({ secret })],
    ['in JSON inside JSON', JSON.stringify(JSON.stringify({ secret }))],
    ['in base64', Buffer.from(secret).toString('base64')],
    ['in base64 without padding', Buffer.from(secret).toString('base64').replace(/=+$/, '')],
    ['in a URL', `postgres://u:${encodeURIComponent(secret)}@db/x`],
    ['in a query', new URLSearchParams({ password: secret }).toString()],
    ['one line of several', 'cannot parse: second-line/é in values'],
  ])('%s', (_form, text) => {
    const shown = mask(text);
    expect(shown).toContain('•••');
    for (const part of ['p:a#s', 'second-line', 'cDphI3', 'p%3Aa']) expect(shown).not.toContain(part);
  });

  it.each([
    ['in JSON of ASCII only, as Python writes it', 'pässwort-🔑', '"p\\u00e4sswort-\\ud83d\\udd11"'],
    ['in JSON of ASCII only, in capitals', 'pässwort-🔑', '"p\\u00E4sswort-\\uD83D\\uDD11"'],
    ['in the configuration language of Terraform', 'a"${b}%{c}', '"a\\"$${b}%%{c}"'],
    ['in single quotes of a shell', "it's-me", "+ login 'it'\\''s-me'"],
    ['in single quotes of another', "it's-me", `+ login 'it'"'"'s-me'`],
  ])('%s', (_form, value, text) => expect(masker([value])(text)).toMatch(/^["+ login']+•••["']+$/));

  it('with no tail of a longer one left', () => expect(mask('outer-inner-value-tail')).toBe('•••'));
  it('but not where it is too short to hide anything', () => expect(mask('abc')).toBe('abc'));
});
