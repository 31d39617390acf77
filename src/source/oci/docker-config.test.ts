import { describe, expect, it } from 'vitest';
import { authFor } from './docker-config.ts';

const b64 = (text: string) => Buffer.from(text).toString('base64');
const subject = 'Secret shop/registry';
const config = (auths: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  JSON.stringify({ auths, ...more });

describe('E21 the login of a host is picked', () => {
  const many = {
    'quay.io': { auth: b64('q:1') },
    'https://index.docker.io/v1/': { auth: b64('hub:2') },
    'ghcr.io': { username: 'g', password: '3' },
  };
  it.each<[string, Record<string, unknown>, string, unknown]>([
    ['for Docker Hub by its old name', many, 'docker.io', { username: 'hub', password: '2' }],
    [
      'for Docker Hub by its plain name',
      { 'docker.io': { auth: b64('d:4') } },
      'docker.io',
      { username: 'd', password: '4' },
    ],
    ['from username and password', many, 'ghcr.io', { username: 'g', password: '3' }],
    ['with a port', { 'localhost:5000': { auth: b64('l:5') } }, 'localhost:5000', { username: 'l', password: '5' }],
    [
      'from a key that is a URL',
      { 'https://r.example.com/v2/': { auth: b64('u:6') } },
      'r.example.com',
      { username: 'u', password: '6' },
    ],
    [
      'with colons in the password',
      { 'ghcr.io': { auth: b64('u:a:b:c') } },
      'ghcr.io',
      { username: 'u', password: 'a:b:c' },
    ],
    ['as an identity token', { 'ghcr.io': { identitytoken: 'T' } }, 'ghcr.io', { username: '<token>', password: 'T' }],
    ['not from another host', many, 'registry.example.com', undefined],
    ['not where there is none', {}, 'docker.io', undefined],
  ])('%s', (_title, auths, host, expected) =>
    expect(authFor(config(auths), host, subject)).toEqual({ ok: true, value: expected }),
  );
});

describe('E21 a Secret that cannot serve is named', () => {
  it.each([
    ['no JSON', '{', /Secret shop\/registry is not a docker config\.json/],
    ['no object', '[]', /is not a docker config\.json/],
    ['a credential store only', config({}, { credsStore: 'desktop' }), /helper "desktop"/],
    [
      'a credential helper for an empty entry',
      config({ 'ghcr.io': {} }, { credHelpers: { 'ghcr.io': 'gh' } }),
      /helper "gh"/,
    ],
    ['an auth without a colon', config({ 'ghcr.io': { auth: b64('nocolon') } }), /without a usable auth/],
    ['an entry with nothing', config({ 'ghcr.io': {} }), /without a usable auth/],
  ])('%s', (_title, text, message) =>
    expect(authFor(text, 'ghcr.io', subject)).toMatchObject({
      ok: false,
      failure: { kind: 'invalid', reason: 'InvalidRegistrySecret', message: expect.stringMatching(message) },
    }),
  );
});
