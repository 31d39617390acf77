import { fail, ok, type Result } from '../../core/result.ts';
import { authFor } from './docker-config.ts';
import type { RegistryLogin } from './registry.ts';

/** A Secret's data: a login for a registry, and what is to be trusted there. */
export type RegistrySecret = Readonly<{
  id: string;
  username?: string;
  password?: string;
  token?: string;
  ca?: string;
  /** `.dockerconfigjson`; wins over the others. */
  dockerConfig?: string;
}>;

/** What a Secret holds for one registry host. `subject` names it in failures. */
export function registryLogin(secret: RegistrySecret, host: string, subject: string): Result<RegistryLogin> {
  const { id, username, password, token, ca, dockerConfig } = secret;
  const trust = { id, ...(ca === undefined ? {} : { ca }) };
  if (dockerConfig !== undefined) {
    const auth = authFor(dockerConfig, host, subject);
    if (!auth.ok) return auth;
    return ok(auth.value === undefined ? trust : { ...trust, auth: auth.value });
  }
  const secretWord = password ?? token;
  if (username !== undefined && secretWord !== undefined)
    return ok({ ...trust, auth: { username, password: secretWord } });
  if (username === undefined && secretWord === undefined && ca !== undefined) return ok(trust);
  const remedy = 'give .dockerconfigjson, or username and password';
  return fail('invalid', 'InvalidRegistrySecret', `${subject} holds no login for the registry ${host}; ${remedy}`);
}
