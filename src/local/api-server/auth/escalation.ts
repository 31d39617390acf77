import { goQuoted } from '../go-text.ts';
import type { User } from '../http/request.ts';
import type { Authorizer } from './authorizer.ts';
import { allows, type Rule } from './rules.ts';

/** Why somebody may not give these rules away: they do not have them themselves. Undefined when they may. */
export function escalation(
  authorizer: Authorizer,
  user: User,
  namespace: string,
  rules: readonly Rule[],
): string | undefined {
  const own = authorizer.grants(user, namespace).map(({ rule }) => rule);
  const missing = rules.flatMap(singleRules).filter((rule) => !own.some((one) => covers(one, rule)));
  if (missing.length === 0) return undefined;
  const whom = `user ${JSON.stringify(user.name)} (groups=${goQuoted(user.groups)})`;
  return `${whom} is attempting to grant RBAC permissions not currently held:\n${compact(missing).join('\n')}`;
}

/** The rule as rules of one verb on one thing each. */
function singleRules(rule: Rule): Rule[] {
  const none = { apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [] };
  const names = rule.resourceNames.length === 0 ? [[]] : rule.resourceNames.map((name) => [name]);
  const things = rule.apiGroups.flatMap((group) =>
    rule.resources.flatMap((resource) =>
      names.map((resourceNames) => ({ ...none, apiGroups: [group], resources: [resource], resourceNames })),
    ),
  );
  const urls = rule.nonResourceURLs.map((url) => ({ ...none, nonResourceURLs: [url] }));
  return [...things, ...urls].flatMap((thing) => rule.verbs.map((verb) => ({ ...thing, verbs: [verb] })));
}

function covers(own: Rule, single: Rule): boolean {
  const verb = single.verbs[0] ?? '';
  const [path] = single.nonResourceURLs;
  if (path !== undefined) return allows(own, { resource: false, verb, path });
  const [plural = '', subresource = ''] = (single.resources[0] ?? '').split('/');
  const [group = '', name = ''] = [single.apiGroups[0], single.resourceNames[0]];
  return allows(own, { resource: true, verb, group, plural, subresource, namespace: '', name });
}

/** One line for each thing, with all its verbs. */
function compact(singles: readonly Rule[]): string[] {
  const verbs = new Map<string, string[]>();
  for (const rule of singles) {
    const thing = wordsOf(rule);
    const known = verbs.get(thing) ?? [];
    if (!known.includes(rule.verbs[0] ?? '')) known.push(rule.verbs[0] ?? '');
    verbs.set(thing, known);
  }
  return [...verbs].map(([thing, list]) => `{${thing}, Verbs:${goQuoted(list)}}`).sort();
}

function wordsOf(rule: Rule): string {
  const fields: [string, readonly string[]][] = [
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['ResourceNames', rule.resourceNames],
    ['NonResourceURLs', rule.nonResourceURLs],
  ];
  const given = fields.filter(([, list]) => list.length > 0);
  return given.map(([name, list]) => `${name}:${goQuoted(list)}`).join(', ');
}
