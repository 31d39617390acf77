import type { Api, Call, Verb } from '../api.ts';
import type { Attributes } from '../auth/rules.ts';
import { defaultAudience } from '../auth/service-account.ts';
import { readObject } from '../http/body.ts';
import type { User } from '../http/request.ts';
import { sendJson } from '../http/respond.ts';
import { isMap, type Json, listOf, mapOf, textOf } from '../object.ts';
import { servedApiVersion } from '../resources/codec.ts';

/** Questions in the form of objects: they are answered, not stored. `status(spec)` is the answer. */
function review(status: (call: Call, spec: Json) => Json): Verb {
  return async (call) => {
    const body = (await readObject(call.request)) ?? {};
    const spec = mapOf(body['spec']);
    const head = { kind: call.type.kind, apiVersion: servedApiVersion(call.type) };
    const metadata = { creationTimestamp: null, ...mapOf(body['metadata']) };
    const answer = { ...head, metadata, ...(isMap(body['spec']) ? { spec } : {}), status: status(call, spec) };
    sendJson(call.request, 201, JSON.stringify(answer));
  };
}

function attributes(spec: Json): Attributes {
  const plain = mapOf(spec['nonResourceAttributes']);
  if (isMap(spec['nonResourceAttributes'])) {
    return { resource: false, verb: textOf(plain['verb']), path: textOf(plain['path']) };
  }
  const asked = mapOf(spec['resourceAttributes']);
  return {
    resource: true,
    verb: textOf(asked['verb']),
    group: textOf(asked['group']),
    plural: textOf(asked['resource']),
    subresource: textOf(asked['subresource']),
    namespace: textOf(asked['namespace']),
    name: textOf(asked['name']),
  };
}

function access(api: Api, user: User, spec: Json): Json {
  const reason = api.authorizer.allowed(user, attributes(spec));
  return reason === undefined ? { allowed: false } : { allowed: true, ...(reason === '' ? {} : { reason }) };
}

function subjectOf(spec: Json): User {
  return { name: textOf(spec['user']), groups: listOf(spec['groups']).map(textOf) };
}

function rulesStatus({ api, request }: Call, spec: Json): Json {
  const grants = api.authorizer.grants(request.user, textOf(spec['namespace']));
  const rules = grants.map((grant) => grant.rule);
  const names = (list: readonly string[]): Json => (list.length === 0 ? {} : { resourceNames: list });
  return {
    resourceRules: rules
      .filter((rule) => rule.resources.length > 0)
      .map(({ verbs, apiGroups, resources, resourceNames }) => ({
        verbs,
        apiGroups,
        resources,
        ...names(resourceNames),
      })),
    nonResourceRules: rules
      .filter((rule) => rule.nonResourceURLs.length > 0)
      .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
    incomplete: false,
  };
}

function userInfo({ name, uid, groups, extra }: User): Json {
  return { username: name, ...(uid === undefined ? {} : { uid }), groups, ...(extra === undefined ? {} : { extra }) };
}

function tokenStatus({ api }: Call, spec: Json): Json {
  const asked = listOf(spec['audiences']).map(textOf);
  const audiences = asked.length === 0 ? [defaultAudience] : asked;
  const audience = audiences.find((one) => api.tokens.review(textOf(spec['token']), api.now(), one) !== undefined);
  const user = audience === undefined ? undefined : api.tokens.review(textOf(spec['token']), api.now(), audience);
  if (user === undefined) return { user: {}, error: '[invalid bearer token, token lookup failed]' };
  const groups = [...user.groups, 'system:authenticated'];
  return { authenticated: true, user: userInfo({ ...user, groups }), audiences: [audience] };
}

/** By group and resource. */
export const reviews: Record<string, Verb> = {
  'authorization.k8s.io/selfsubjectaccessreviews': review(({ api, request }, spec) => access(api, request.user, spec)),
  'authorization.k8s.io/subjectaccessreviews': review(({ api }, spec) => access(api, subjectOf(spec), spec)),
  'authorization.k8s.io/localsubjectaccessreviews': review(({ api }, spec) => access(api, subjectOf(spec), spec)),
  'authorization.k8s.io/selfsubjectrulesreviews': review(rulesStatus),
  'authentication.k8s.io/selfsubjectreviews': review(({ request }) => ({ userInfo: userInfo(request.user) })),
  'authentication.k8s.io/tokenreviews': review(tokenStatus),
};
