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

  it('with no tail of a longer one left', () => expect(mask('outer-inner-value-tail')).toBe('•••'));
  it('but not where it is too short to hide anything', () => expect(mask('abc')).toBe('abc'));
});
