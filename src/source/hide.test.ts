import { expect, it } from 'vitest';
import { fail, ok } from '../core/result.ts';
import { withoutLogin } from './hide.ts';

const pair = Buffer.from('me:pass word').toString('base64');

it.each([
  ['a password', { username: 'me', password: 'pass word' }, 'denied: pass word', 'denied: •••'],
  ['the header of both', { username: 'me', password: 'pass word' }, `denied: Basic ${pair}`, 'denied: Basic •••'],
  ['a token', { token: 'abcdef' }, 'denied: Bearer abcdef', 'denied: Bearer •••'],
  ['nothing without a login', undefined, 'denied', 'denied'],
])('E2 a failure is told without %s', async (_what, login, message, wanted) => {
  const answer = await withoutLogin(login, Promise.resolve(fail('invalid', 'Denied', message)));
  expect(answer).toEqual(fail('invalid', 'Denied', wanted));
});

it('an answer stays as it is', async () => {
  expect(await withoutLogin({ password: 'secret' }, Promise.resolve(ok('secret')))).toEqual(ok('secret'));
});
