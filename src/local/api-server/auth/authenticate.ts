import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { unauthorized } from '../errors.ts';
import type { User } from '../http/request.ts';

export type TokenReviewer = (token: string) => User | undefined;

const anonymous: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** Who sent a request. @throws 401 for a token that nobody here issued */
export function authenticate(headers: IncomingHttpHeaders, reviewers: readonly TokenReviewer[]): User {
  const header = headers.authorization;
  if (header === undefined) return anonymous;
  const token = /^Bearer\s+(\S+)$/i.exec(header)?.[1];
  for (const review of token === undefined ? [] : reviewers) {
    const user = review(token ?? '');
    if (user !== undefined) return { ...user, groups: [...new Set([...user.groups, 'system:authenticated'])] };
  }
  throw unauthorized();
}

/** Knows the administrator by a fixed token. */
export function adminReviewer(token: string): TokenReviewer {
  const expected = Buffer.from(token);
  return (given) => {
    const bytes = Buffer.from(given);
    const same = bytes.length === expected.length && timingSafeEqual(bytes, expected);
    return same ? { name: 'alustan:admin', groups: ['system:masters'] } : undefined;
  };
}
