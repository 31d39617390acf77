import type { IncomingHttpHeaders } from 'node:http';
import { badRequest } from '../errors.ts';
import type { User } from '../http/request.ts';
import { requireAllowed } from './authorize.ts';
import type { Authorizer } from './authorizer.ts';
import { serviceAccountGroups } from './service-account.ts';

/** The user that the Impersonate-* headers ask to act as, if the sender may. @throws 400, 403 */
export function impersonate(authorizer: Authorizer, user: User, headers: IncomingHttpHeaders): User {
  const name = one(headers['impersonate-user']);
  const groups = many(headers['impersonate-group']);
  const extras = Object.entries(headers).filter(([key]) => key.startsWith('impersonate-extra-'));
  if (name === undefined) {
    if (groups.length === 0 && extras.length === 0) return user;
    throw badRequest('requested groups or extras without impersonating a user');
  }
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name);
  if (account === null) check(authorizer, user, 'users', '', name);
  else check(authorizer, user, 'serviceaccounts', account[1] ?? '', account[2] ?? '');
  for (const group of groups) check(authorizer, user, 'groups', '', group);
  const extra: Record<string, string[]> = {};
  for (const [key, value] of extras) {
    const field = decodeURIComponent(key.slice('impersonate-extra-'.length));
    for (const text of many(value)) check(authorizer, user, 'userextras', '', text, field);
    extra[field] = many(value);
  }
  const own = account === null || groups.length > 0 ? groups : serviceAccountGroups(account[1] ?? '');
  return { name, groups: [...new Set([...own, 'system:authenticated'])], extra };
}

function check(
  authorizer: Authorizer,
  user: User,
  plural: string,
  namespace: string,
  name: string,
  subresource = '',
): void {
  const group = plural === 'userextras' ? 'authentication.k8s.io' : '';
  requireAllowed(authorizer, user, {
    resource: true,
    verb: 'impersonate',
    group,
    plural,
    subresource,
    namespace,
    name,
  });
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** Node joins a repeated header by commas. */
function many(value: string | string[] | undefined): string[] {
  const list = Array.isArray(value) ? value : (value ?? '').split(',');
  return list.map((text) => text.trim()).filter((text) => text !== '');
}
