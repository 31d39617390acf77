import { createPrivateKey } from 'node:crypto';
import type { ForgeCredentials } from '../../core/pull-request.ts';
import { fail, ok, type Result } from '../../core/result.ts';

/**
 * The login in a Secret (E18): `token`, or `appId`, `privateKey` (PEM) and, if wanted, `installationId` of a GitHub App.
 * `id` changes with the Secret. `where` names it in messages: `Secret shop/github`.
 */
export function readForgeCredentials(
  id: string,
  data: Readonly<Record<string, string>>,
  where: string,
): Result<ForgeCredentials> {
  const [token, appId, privateKey, installation] = ['token', 'appId', 'privateKey', 'installationId'].map(
    (key) => data[key]?.trim() || undefined,
  );
  if (token !== undefined && appId !== undefined) return invalid(where, 'has both "token" and "appId": keep one login');
  if (token !== undefined) {
    return /\s/.test(token) ? invalid(where, '"token" has blanks or lines in it') : ok({ id, type: 'token', token });
  }
  if (appId === undefined || privateKey === undefined) {
    return invalid(where, 'has no login: it needs "token", or "appId" and "privateKey" of a GitHub App');
  }
  if (!isPrivateKey(privateKey)) return invalid(where, '"privateKey" is no private key in PEM');
  if (installation === undefined) return ok({ id, type: 'app', appId, privateKey });
  const installationId = Number(installation);
  if (!Number.isSafeInteger(installationId)) return invalid(where, '"installationId" is no number');
  return ok({ id, type: 'app', appId, privateKey, installationId });
}

function isPrivateKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}

function invalid(where: string, what: string): Result<never> {
  return fail('invalid', 'InvalidLogin', `${where} ${what}`);
}
