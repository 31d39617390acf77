import type { KubeObject } from '../../src/core/resource.ts';
import type { Request } from './audit.ts';

type Rule = Readonly<{ apiGroups: string[]; resources: string[]; verbs: string[]; resourceNames?: string[] }>;

/** One thing that a rule allows. */
type Grant = Readonly<{
  /** `ClusterRole alustan-controller, rule 3`. */
  rule: string;
  /** Undefined: in every namespace. */
  namespace: string | undefined;
  verb: string;
  group: string;
  resource: string;
  name: string | undefined;
}>;

export type Comparison = Readonly<{
  /** Allowed and never asked: the role is too wide. */
  unused: readonly string[];
  /** Asked and not allowed by the role: it is too narrow, or somebody else gave the right. */
  uncovered: readonly string[];
  /** Grants that were used, each with how often. */
  used: readonly string[];
}>;

/** What every authenticated user may do in any cluster (ClusterRole system:basic-user). */
const everybody = 'create selfsubjectreviews.authentication.k8s.io';

/**
 * Compares roles with the requests of whoever has them: each verb of each rule must have been used, and each request must
 * be allowed by one. Impersonation is used by a request that acts as somebody; `bind` by making a binding.
 */
export function compare(roles: readonly KubeObject[], requests: readonly Request[]): Comparison {
  const grants = roles.flatMap(grantsOf);
  const counts = new Map<Grant, number>();
  const uncovered = new Set<string>();
  for (const asked of requests.flatMap(neededFor)) {
    const found = grants.filter((grant) => allows(grant, asked));
    for (const grant of found) counts.set(grant, (counts.get(grant) ?? 0) + 1);
    if (found.length === 0 && tell(asked) !== everybody) uncovered.add(tell(asked));
  }
  const told = (grant: Grant) => `${grant.rule}: ${tell(grant)}`;
  return {
    unused: grants.filter((grant) => !counts.has(grant)).map(told),
    uncovered: [...uncovered].sort(),
    used: [...counts].map(([grant, count]) => `${told(grant)}: ${count} times`).sort(),
  };
}

function grantsOf({ kind, metadata, ...role }: KubeObject): Grant[] {
  if (kind !== 'Role' && kind !== 'ClusterRole') return [];
  const rules = (role['rules'] ?? []) as Rule[];
  return rules.flatMap((rule, index) =>
    rule.apiGroups.flatMap((group) =>
      rule.resources.flatMap((resource) =>
        rule.verbs.flatMap((verb) =>
          (rule.resourceNames ?? [undefined]).map((name) => ({
            rule: `${kind} ${metadata.name}, rule ${index + 1}`,
            verb,
            group,
            resource,
            name,
            namespace: metadata.namespace,
          })),
        ),
      ),
    ),
  );
}

type Asked = Readonly<{ verb: string; group: string; resource: string; namespace: string; name: string }>;

/** The rights that a request needs of its sender. */
function neededFor(request: Request): Asked[] {
  const { verb, group, resource, namespace, name, actingAs } = request;
  const [, of = '', account = ''] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(actingAs ?? '') ?? [];
  if (actingAs !== undefined) {
    return [{ verb: 'impersonate', group: '', resource: 'serviceaccounts', namespace: of, name: account }];
  }
  // Discovery, which everybody may read.
  if (resource === undefined) return [];
  const own = { verb, group, resource, namespace, name };
  // An apply of what is not there makes it.
  if (verb === 'patch' && request.code === 201) return [own, { ...own, verb: 'create' }];
  if (verb !== 'create' || resource !== 'rolebindings' || request.code >= 300) return [own];
  // The log does not say which role: there is one that may be bound.
  return [own, { verb: 'bind', group, resource: 'clusterroles', namespace: '', name: 'alustan-runner' }];
}

function allows(grant: Grant, asked: Asked): boolean {
  return (
    grant.verb === asked.verb &&
    grant.group === asked.group &&
    grant.resource === asked.resource &&
    (grant.namespace === undefined || grant.namespace === asked.namespace) &&
    (grant.name === undefined || grant.name === asked.name)
  );
}

function tell({
  verb,
  group,
  resource,
  name,
}: Pick<Asked, 'verb' | 'group' | 'resource'> & { name?: string | undefined }) {
  const full = group === '' ? resource : `${resource}.${group}`;
  return name === undefined || name === '' || group === 'authentication.k8s.io'
    ? `${verb} ${full}`
    : `${verb} ${full} "${name}"`;
}
