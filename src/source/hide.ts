import { masker } from '../core/mask.ts';
import type { Result } from '../core/result.ts';

/** A name and a password or token with which a server was asked. */
export type Shown = Readonly<{ username?: string; password?: string; token?: string }>;

/** The answer, its failure without the login: what a server says may quote what it was shown (E2). */
export async function withoutLogin<T>(login: Shown | undefined, answer: Promise<Result<T>>): Promise<Result<T>> {
  const result = await answer;
  if (result.ok || login === undefined) return result;
  const { username = '', password = '', token = '' } = login;
  // Basic authentication sends both in one.
  const hide = masker([password, token, ...(password === '' ? [] : [`${username}:${password}`])]);
  return { ok: false, failure: { ...result.failure, message: hide(result.failure.message) } };
}
