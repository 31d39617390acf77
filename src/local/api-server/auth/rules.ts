import { listOf, mapsOf, textOf } from '../object.ts';

/** What somebody wants to do, for the authorizer. */
export type Attributes = Readonly<
  | {
      resource: true;
      verb: string;
      group: string;
      plural: string;
      subresource: string;
      namespace: string;
      name: string;
    }
  | { resource: false; verb: string; path: string }
>;

/** An rbac/v1 PolicyRule. */
export type Rule = Readonly<{
  verbs: readonly string[];
  apiGroups: readonly string[];
  resources: readonly string[];
  resourceNames: readonly string[];
  nonResourceURLs: readonly string[];
}>;

export function parseRules(value: unknown): Rule[] {
  const texts = (list: unknown): string[] => listOf(list).map(textOf);
  return mapsOf(value).map((rule) => ({
    verbs: texts(rule['verbs']),
    apiGroups: texts(rule['apiGroups']),
    resources: texts(rule['resources']),
    resourceNames: texts(rule['resourceNames']),
    nonResourceURLs: texts(rule['nonResourceURLs']),
  }));
}

/** Whether a rule allows what is asked, as rbac/v1 defines it. */
export function allows(rule: Rule, asked: Attributes): boolean {
  if (!has(rule.verbs, asked.verb)) return false;
  if (!asked.resource) return rule.nonResourceURLs.some((url) => matchesUrl(url, asked.path));
  if (!has(rule.apiGroups, asked.group)) return false;
  const { plural, subresource, name } = asked;
  const full = subresource === '' ? plural : `${plural}/${subresource}`;
  const named = rule.resources.some(
    (one) => one === '*' || one === full || (subresource !== '' && one === `*/${subresource}`),
  );
  return named && (rule.resourceNames.length === 0 || rule.resourceNames.includes(name));
}

function has(list: readonly string[], value: string): boolean {
  return list.includes('*') || list.includes(value);
}

function matchesUrl(pattern: string, path: string): boolean {
  return pattern === '*' || pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1)));
}
