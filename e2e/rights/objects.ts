import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { KubeObject } from '../../src/core/resource.ts';
import { token } from '../../test/support/github.ts';

const rbac = 'rbac.authorization.k8s.io';

const page = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8');

/** What every account of a Service needs, as docs/security.md tells it. */
const minimum = parse(/^```yaml\n(.*?)^```/ms.exec(page)?.[1] ?? '') as readonly object[];

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
  ...{ apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name: 'narrow' } },
  rules: forPlain,
};

/** What an administrator has made before a tenant comes. */
export const byAdministrator: readonly KubeObject[] = [
  namespaceOf('acme'),
  namespaceOf('other'),
  {
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'alustan-github-token', namespace: 'alustan' } },
    stringData: { token },
  },
  { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db', namespace: 'other' }, data: { password: 'b3RoZXI=' } },
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      ...{ name: 'guarded-cluster', namespace: 'alustan' },
      labels: { 'alustan.io/secret-type': 'cluster', environment: 'guarded' },
      annotations: { 'alustan.io/allowed-namespaces': 'shop team-*' },
    },
    data: { DB_PASSWORD: Buffer.from('guarded').toString('base64') },
  },
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'team-a', namespace: 'acme' } },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'Role',
    metadata: { name: 'team-a', namespace: 'acme' },
    rules: forPlain,
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata: { name: 'team-a', namespace: 'acme' },
    roleRef: { apiGroup: rbac, kind: 'Role', name: 'team-a' },
    subjects: [{ kind: 'ServiceAccount', name: 'team-a', namespace: 'acme' }],
  },
];
