import { ApiError, forbidden } from '../errors.ts';
import type { ApiRequest, User } from '../http/request.ts';
import type { RequestInfo } from '../http/request-info.ts';
import type { Authorizer } from './authorizer.ts';
import type { Attributes } from './rules.ts';

function attributesOf(info: RequestInfo): Attributes {
  const { group, resource: plural, subresource, namespace, name, verb } = info;
  return { resource: true, verb, group, plural, subresource, namespace, name };
}

/** Lets through what RBAC allows. @throws 403 in the real server's words */
export function authorize(authorizer: Authorizer, request: ApiRequest, info: RequestInfo | undefined): void {
  const { user, path, method } = request;
  const verb = method === 'HEAD' ? 'get' : method.toLowerCase();
  requireAllowed(authorizer, user, info === undefined ? { resource: false, verb, path } : attributesOf(info));
}

export function requireAllowed(authorizer: Authorizer, user: User, asked: Attributes): void {
  if (authorizer.allowed(user, asked) !== undefined) return;
  if (!asked.resource) {
    const message = `forbidden: User "${user.name}" cannot ${asked.verb} path "${asked.path}"`;
    throw new ApiError(403, 'Forbidden', message, {});
  }
  const { verb, group, plural, subresource, namespace, name } = asked;
  const full = subresource === '' ? plural : `${plural}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const why = `User "${user.name}" cannot ${verb} resource "${full}" in API group "${group}" ${where}`;
  throw forbidden({ group, name: plural }, name, why);
}
