import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readForgeCredentials } from './credentials.ts';

const pem = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs1', format: 'pem' })
  .toString();

describe('E18 the login in a Secret', () => {
  it.each([
    ['a token', { token: 'ghp_x\n' }, { type: 'token', token: 'ghp_x' }],
    ['an App', { appId: '7', privateKey: pem }, { type: 'app', appId: '7', privateKey: pem.trim() }],
    ['an App and its installation', { appId: '7', privateKey: pem, installationId: '9' }, { installationId: 9 }],
  ])('%s', (_title, data, expected) => {
    expect(readForgeCredentials('id', data, 'Secret a/b')).toMatchObject({
      ok: true,
      value: { id: 'id', ...expected },
    });
  });
  it.each([
    ['nothing', {}, /it needs "token"/],
    ['an App without a key', { appId: '7' }, /it needs "token"/],
    ['two logins', { token: 'a', appId: '7', privateKey: pem }, /both/],
    ['a token of lines', { token: 'a\nb' }, /blanks/],
    ['a certificate for a key', { appId: '7', privateKey: '-----BEGIN CERTIFICATE-----' }, /PEM/],
    ['no number', { appId: '7', privateKey: pem, installationId: 'x' }, /no number/],
  ])('%s is refused, with what to do', (_title, data, message) => {
    const read = readForgeCredentials('id', data, 'Secret a/b');
    expect(read).toMatchObject({ ok: false, failure: { kind: 'invalid', message: expect.stringMatching(message) } });
    expect(!read.ok && read.failure.message).toMatch(/^Secret a\/b /);
  });
});
