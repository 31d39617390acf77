import { escalation } from '../auth/escalation.ts';
import { parseRules, type Rule } from '../auth/rules.ts';
import { forbidden, invalidValue, notFound } from '../errors.ts';
import { type ApiObject, equalJson, fallback, isMap, type Json, mapOf, mapsOf, textOf } from '../object.ts';
import type { AdmissionContext, Strategy } from './strategy.ts';

const group = 'rbac.authorization.k8s.io';
const everything: Rule[] = [
  ...parseRules([{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }]),
  ...parseRules([{ verbs: ['*'], nonResourceURLs: ['*'] }]),
];

/** Nobody gives away what they do not have, unless they may `escalate` roles or `bind` this one. */
export const roles: Strategy = {
  create: checkRole,
  update(role, old, context) {
    if (!onlyCollected(role, old)) checkRole(role, context);
  },
};

export const bindings: Strategy = {
  defaults(object) {
    if (isMap(object['roleRef'])) fallback(object['roleRef'], 'apiGroup', group);
    for (const subject of mapsOf(object['subjects'])) {
      if (subject['kind'] !== 'ServiceAccount') fallback(subject, 'apiGroup', group);
    }
  },
  create: checkBinding,
  update(binding, old, context) {
    if (!onlyCollected(binding, old)) checkBinding(binding, context);
  },
  validate(object, old) {
    const same = old === undefined || equalJson(object['roleRef'], old['roleRef']);
    return same ? [] : [invalidValue('roleRef', object['roleRef'], 'cannot change roleRef')];
  },
};

function checkRole(role: ApiObject, context: AdmissionContext): void {
  const { plural } = context.type;
  const { name, namespace = '' } = role.metadata;
  if (may(context, 'escalate', plural, namespace, name)) return;
  refuseEscalation(role, parseRules(role['rules']), context);
  if (role['aggregationRule'] === undefined || escalates(role, everything, context) === undefined) return;
  throw refusal(role, 'must have cluster-admin privileges to use the aggregationRule', context);
}

function checkBinding(binding: ApiObject, context: AdmissionContext): void {
  const roleRef = mapOf(binding['roleRef']);
  const name = textOf(roleRef['name']);
  const { namespace = '' } = binding.metadata;
  const plural = roleRef['kind'] === 'ClusterRole' ? 'clusterroles' : 'roles';
  if (may(context, 'bind', plural, namespace, name)) return;
  const rules = context.api.authorizer.rulesOf(roleRef, namespace);
  // The real server names the binding's resource here, with the role's name.
  if (rules === undefined) throw notFound({ group, name: context.type.plural }, name);
  refuseEscalation(binding, rules, context);
}

function may({ api, user }: AdmissionContext, verb: string, plural: string, namespace: string, name: string): boolean {
  const asked = { resource: true, verb, group, plural, subresource: '', namespace, name } as const;
  return api.authorizer.allowed(user, asked) !== undefined;
}

function escalates(object: ApiObject, rules: readonly Rule[], { api, user }: AdmissionContext): string | undefined {
  return escalation(api.authorizer, user, object.metadata.namespace ?? '', rules);
}

function refuseEscalation(object: ApiObject, rules: readonly Rule[], context: AdmissionContext): void {
  const why = escalates(object, rules, context);
  if (why !== undefined) throw refusal(object, why, context);
}

function refusal(object: ApiObject, why: string, { type }: AdmissionContext): Error {
  return forbidden({ group, name: type.plural }, object.metadata.name, why);
}

/** Whether an update changes only what the garbage collector changes: it must be able to, on any role. */
function onlyCollected(object: ApiObject, old: ApiObject): boolean {
  const rest = ({ metadata, ...fields }: ApiObject): Json => {
    const { ownerReferences: _owners, finalizers: _finalizers, managedFields: _managers, ...kept } = metadata;
    return { ...fields, metadata: kept };
  };
  return equalJson(rest(object), rest(old));
}
