import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { KubeObject } from '../../src/core/resource.ts';
import { token } from '../../test/support/github.ts';

const rbac = 'rbac.authorization.k8s.io';

const read = (page: string) => readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');

/** What every account of a Service needs, as docs/security.md tells it. */
const minimum = parse(/^```yaml\n(.*?)^```/ms.exec(read('security.md'))?.[1] ?? '') as readonly object[];

/** What every account of a Terraform needs, as docs/terraform.md tells it. */
const forScripts = parse(/^```yaml\n(- apiGroups.*?)^```/ms.exec(read('terraform.md'))?.[1] ?? '') as readonly object[];

/** The same, with what the chart `plain` is made of. */
const forPlain = [
  ...minimum,
  {
    apiGroups: [''],
    resources: ['configmaps'],
    verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'],
  },
];

export function namespaceOf(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

/** A role of the administrator's own for runners. */
export const narrowRole: KubeObject = {
  apiVersion: `${rbac}/v1`,
  kind: 'ClusterRole',
  metadata: { name: 'narrow' },
  rules: forPlain,
};

/** What an administrator has made before a tenant comes. */
export const byAdministrator: readonly KubeObject[] = [
  namespaceOf('acme'),
  namespaceOf('other'),
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'alustan-github-token', namespace: 'alustan' },
    stringData: { token },
  },
  { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db', namespace: 'other' }, data: { password: 'b3RoZXI=' } },
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 'guarded-cluster',
      namespace: 'alustan',
      labels: { 'alustan.io/secret-type': 'cluster', environment: 'guarded' },
      annotations: { 'alustan.io/allowed-namespaces': 'shop team-*' },
    },
    data: { DB_PASSWORD: Buffer.from('guarded').toString('base64') },
  },
  ...account('team-a', forPlain),
  ...account('scripts', forScripts),
];

/** An account of `acme` with these rights there. */
function account(name: string, rules: readonly object[]): KubeObject[] {
  const metadata = { name, namespace: 'acme' };
  const roleRef = { apiGroup: rbac, kind: 'Role', name };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    { apiVersion: `${rbac}/v1`, kind: 'Role', metadata, rules },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef,
      subjects: [{ kind: 'ServiceAccount', ...metadata }],
    },
  ];
}
