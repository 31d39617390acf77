import type { User } from '../http/request.ts';
import { type ApiObject, dig, type Json, mapOf, mapsOf, textOf } from '../object.ts';
import { matchesSelector } from '../selectors/labels.ts';
import type { Store } from '../store/store.ts';
import { type Attributes, allows, parseRules, type Rule } from './rules.ts';

/** A grant that a user has: rules, where they hold, and the words that name it. */
export type Grant = Readonly<{ rule: Rule; namespace: string | undefined; source: string }>;

type Binding = { object: ApiObject; rules: Rule[] };
type Policy = {
  cluster: Binding[];
  namespaced: Map<string, Binding[]>;
  /** The rules of a role; undefined when there is no such role. */
  rulesOf(roleRef: Json, namespace: string): Rule[] | undefined;
};

const prefix = '/rbac.authorization.k8s.io/';

/** RBAC over the stored roles and bindings. Members of system:masters may do everything. */
export class Authorizer {
  readonly #store: Store;
  #policy: Policy | undefined;

  constructor(store: Store) {
    this.#store = store;
    store.watch(prefix, store.revision, () => {
      this.#policy = undefined;
    });
  }

  /** Why somebody may do what is asked; undefined when nothing allows it. */
  allowed(user: User, asked: Attributes): string | undefined {
    if (user.groups.includes('system:masters')) return '';
    const namespace = asked.resource ? asked.namespace : '';
    return this.grants(user, namespace).find((grant) => allows(grant.rule, asked))?.source;
  }

  /** Everything that somebody may do: in the whole cluster, and in one namespace. */
  grants(user: User, namespace: string): Grant[] {
    if (user.groups.includes('system:masters')) return everything;
    const policy = this.#load();
    const of = (bindings: readonly Binding[], where: string | undefined): Grant[] =>
      bindings.flatMap(({ object, rules }) => {
        const subject = mapsOf(object['subjects']).find((one) => isSubject(one, user, where));
        if (subject === undefined) return [];
        const source = words(object, subject);
        return rules.map((rule) => ({ rule, namespace: where, source }));
      });
    const local = namespace === '' ? [] : of(policy.namespaced.get(namespace) ?? [], namespace);
    return [...of(policy.cluster, undefined), ...local];
  }

  /** What a role of this name allows; `namespace` is where a Role is looked for. Undefined when there is none. */
  rulesOf(roleRef: Json, namespace: string): Rule[] | undefined {
    return this.#load().rulesOf(roleRef, namespace);
  }

  #load(): Policy {
    this.#policy ??= loadPolicy(this.#store);
    return this.#policy;
  }
}

const everything: Grant[] = [
  {
    namespace: undefined,
    source: '',
    rule: parseRules([{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }])[0] as Rule,
  },
  { namespace: undefined, source: '', rule: parseRules([{ verbs: ['*'], nonResourceURLs: ['*'] }])[0] as Rule },
];

function loadPolicy(store: Store): Policy {
  const load = (plural: string): ApiObject[] =>
    store.list(`${prefix}${plural}/`).items.map((entry) => JSON.parse(entry.value) as ApiObject);
  const clusterRoles = load('clusterroles');
  const roles = load('roles');
  const rulesOf = ({ kind, name }: Json, namespace: string): Rule[] | undefined => {
    if (kind === 'ClusterRole') {
      const found = clusterRoles.find((one) => one.metadata.name === name);
      return found === undefined ? undefined : clusterRules(clusterRoles, found);
    }
    const found = roles.find((one) => one.metadata.name === name && one.metadata.namespace === namespace);
    return found === undefined ? undefined : parseRules(found['rules']);
  };
  const bound = (object: ApiObject): Binding => ({
    object,
    rules: rulesOf(mapOf(object['roleRef']), object.metadata.namespace ?? '') ?? [],
  });
  const namespaced = Map.groupBy(load('rolebindings').map(bound), ({ object }) => object.metadata.namespace ?? '');
  return { cluster: load('clusterrolebindings').map(bound), namespaced, rulesOf };
}

/** A ClusterRole's rules, and those of the roles that it aggregates, which may aggregate others. */
function clusterRules(all: readonly ApiObject[], role: ApiObject | undefined, seen = new Set<string>()): Rule[] {
  if (role === undefined || seen.has(role.metadata.name)) return [];
  seen.add(role.metadata.name);
  const selectors = mapsOf(dig(role, 'aggregationRule', 'clusterRoleSelectors'));
  const aggregated = all.filter((one) =>
    selectors.some((selector) => matchesSelector(selector, one.metadata.labels ?? {})),
  );
  return [...parseRules(role['rules']), ...aggregated.flatMap((one) => clusterRules(all, one, seen))];
}

function isSubject(subject: Json, user: User, bindingNamespace: string | undefined): boolean {
  const name = textOf(subject['name']);
  switch (subject['kind']) {
    case 'User':
      return name === user.name;
    case 'Group':
      return user.groups.includes(name);
    case 'ServiceAccount':
      return user.name === `system:serviceaccount:${textOf(subject['namespace']) || bindingNamespace}:${name}`;
    default:
      return false;
  }
}

function words(binding: ApiObject, subject: Json): string {
  const { kind, name } = mapOf(binding['roleRef']);
  const namespace = binding.metadata.namespace;
  const where = namespace === undefined ? binding.metadata.name : `${binding.metadata.name}/${namespace}`;
  const account = textOf(subject['namespace']);
  const whom = account === '' ? textOf(subject['name']) : `${textOf(subject['name'])}/${account}`;
  return `RBAC: allowed by ${binding.kind} "${where}" of ${textOf(kind)} "${textOf(name)}" to ${textOf(subject['kind'])} "${whom}"`;
}
