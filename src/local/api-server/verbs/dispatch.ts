import type { Api, Call, Verb } from '../api.ts';
import { methodNotAllowed, noSuchPath, PageNotFound } from '../errors.ts';
import type { ApiRequest } from '../http/request.ts';
import type { RequestInfo } from '../http/request-info.ts';
import { subresourceOf } from '../resources/resource-type.ts';
import { plainVerbs } from './handlers.ts';
import { reviews } from './reviews.ts';
import { subresources } from './subresources.ts';

/** Finds what a resource path asks for and has it done. @throws 404, 405 */
export async function dispatch(api: Api, request: ApiRequest, info: RequestInfo): Promise<void> {
  const type = api.registry.find(info.group, info.version, info.resource);
  if (type === undefined) throw servesVersion(api, info) ? noSuchPath() : new PageNotFound();
  const call: Call = { api, request, info, type };
  const deprecation = type.custom?.deprecation ?? deprecations[`${type.group}/${type.plural}`];
  if (deprecation !== undefined) request.warnings.push(deprecation);
  const run = info.subresource === '' ? plainVerb(call) : subresourceVerb(call);
  if (run === undefined) throw methodNotAllowed();
  await run(call);
}

/** Whether a verb is about one object by its name; a watch may be either. */
const needsName: Record<string, boolean> = { get: true, update: true, patch: true, delete: true, create: false };

function servesVersion({ registry }: Api, { group, version }: RequestInfo): boolean {
  return registry.all().some((one) => one.group === group && one.version === version);
}

const deprecations: Record<string, string> = {
  '/endpoints': 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
};

function plainVerb(call: Call): Verb | undefined {
  const { info, type } = call;
  // Namespaced objects are made in a namespace only; lists and watches may span all.
  if (type.namespaced && info.namespace === '' && info.verb !== 'list' && info.verb !== 'watch') return undefined;
  if (needsName[info.verb] !== undefined && needsName[info.verb] !== (info.name !== '')) return undefined;
  const review = reviews[`${type.group}/${type.plural}`];
  if (review !== undefined) return info.verb === 'create' ? review : undefined;
  return type.verbs.includes(info.verb) ? plainVerbs[info.verb] : undefined;
}

function subresourceVerb(call: Call): Verb | undefined {
  const { info, type } = call;
  const name = info.subresource.split('/')[0] ?? '';
  const found = subresourceOf(type, name);
  if (found === undefined) throw noSuchPath();
  return found.verbs.includes(info.verb) ? subresources[name]?.[info.verb] : undefined;
}
