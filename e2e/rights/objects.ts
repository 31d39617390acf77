import type { KubeObject } from '../../src/core/resource.ts';

const rbac = 'rbac.authorization.k8s.io';

/** What every account of a delivery needs (docs/security.md): Helm's records, the Job and its input; the rest is the chart's. */
const minimum = [
  { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'] },
  { apiGroups: ['batch'], resources: ['jobs'], verbs: ['create', 'patch', 'delete'] },
];

/** What an administrator has made before a tenant comes. */
export const byAdministrator: readonly KubeObject[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'acme' } },
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } },
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
    rules: [
      ...minimum,
      // What the chart `plain` is made of.
      {
        apiGroups: [''],
        resources: ['configmaps'],
        verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'],
      },
    ],
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata: { name: 'team-a', namespace: 'acme' },
    roleRef: { apiGroup: rbac, kind: 'Role', name: 'team-a' },
    subjects: [{ kind: 'ServiceAccount', name: 'team-a', namespace: 'acme' }],
  },
];
