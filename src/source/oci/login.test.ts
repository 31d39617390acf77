import { expect, it } from 'vitest';
import { type RegistrySecret, registryLogin } from './login.ts';

const auth = Buffer.from('me:secret').toString('base64');
const dockerConfig = JSON.stringify({ auths: { 'ghcr.io': { auth } } });
const me = { username: 'me', password: 'secret' };

it.each<[string, Omit<RegistrySecret, 'id'>, unknown]>([
  ['a docker config', { dockerConfig }, { auth: me }],
  ['a docker config before all else', { dockerConfig, username: 'other', password: 'x' }, { auth: me }],
  ['a docker config for other hosts: anonymous', { dockerConfig: '{"auths":{"quay.io":{}}}' }, {}],
  ['username and password', me, { auth: me }],
  ['username and token', { username: 'me', token: 'secret' }, { auth: me }],
  ['a CA alone', { ca: 'PEM' }, { ca: 'PEM' }],
  ['a CA and a login', { ca: 'PEM', ...me }, { ca: 'PEM', auth: me }],
])('a Secret with %s', (_title, secret, expected) =>
  expect(registryLogin({ id: 'a', ...secret }, 'ghcr.io', 'the Secret')).toEqual({
    ok: true,
    value: { id: 'a', ...(expected as object) },
  }),
);

it.each<[string, Omit<RegistrySecret, 'id'>]>([
  ['nothing', {}],
  ['a token without a user', { token: 'secret' }],
  ['a user without a password', { username: 'me', ca: 'PEM' }],
])('a Secret with %s is refused by name, without its content', (_title, secret) => {
  const login = registryLogin({ id: 'a', ...secret }, 'ghcr.io', 'spec.secretRef: the Secret');
  expect(login).toMatchObject({ ok: false, failure: { kind: 'invalid', reason: 'InvalidRegistrySecret' } });
  const message = login.ok ? '' : login.failure.message;
  expect(message).toMatch(
    /^spec\.secretRef: the Secret .*ghcr\.io; give \.dockerconfigjson, or username and password$/,
  );
  expect(message).not.toContain('secret"');
});
