import { type ControllerRule, controllerRules } from '../../scripts/generate/rights.ts';
import type { KubeObject } from '../../src/core/resource.ts';

/**
 * What `templates/rbac.yaml` makes of the rules, without Helm: the controller's account with its roles.
 *
 * @param accounts that it may act as.
 */
export function controllerRole(namespace: string, accounts: readonly string[]): KubeObject[] {
  const name = 'alustan-controller';
  const names = { runnerRole: ['alustan-runner'], impersonated: accounts };
  const rules = (all: readonly ControllerRule[]) =>
    all.map(({ reason: _, when: __, names: from, ...rule }) =>
      from === undefined ? rule : { ...rule, resourceNames: names[from] },
    );
  const { cluster, namespace: own } = controllerRules();
  const role = (kind: string, metadata: KubeObject['metadata'], more: object): KubeObject => {
    return { apiVersion: 'rbac.authorization.k8s.io/v1', kind, metadata, ...more };
  };
  const bound = (kind: string) => ({
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  });
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
    role('ClusterRole', { name }, { rules: rules(cluster) }),
    role('ClusterRoleBinding', { name }, bound('ClusterRole')),
    role('Role', { name, namespace }, { rules: rules(own) }),
    role('RoleBinding', { name, namespace }, bound('Role')),
  ];
}
