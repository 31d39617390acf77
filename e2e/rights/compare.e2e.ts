import { expect, it } from 'vitest';
import type { KubeObject } from '../../src/core/resource.ts';
import type { Request } from './audit.ts';
import { compare } from './compare.ts';

const role = (kind: string, rules: object[], namespace?: string): KubeObject => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind,
  metadata: { name: 'r', ...(namespace === undefined ? {} : { namespace }) },
  rules,
});
const asked = (verb: string, resource: string, more: Partial<Request> = {}): Request => ({
  verb,
  resource,
  group: '',
  namespace: 'shop',
  name: '',
  actingAs: undefined,
  code: 200,
  path: '',
  message: '',
  ...more,
});
const roles = [
  role('ClusterRole', [
    { apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch'] },
    { apiGroups: [''], resources: ['serviceaccounts'], verbs: ['impersonate'], resourceNames: ['runner', 'team-a'] },
  ]),
  role('Role', [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'], resourceNames: ['key'] }], 'alustan'),
];
const all = [
  asked('list', 'pods'),
  asked('watch', 'pods'),
  asked('get', 'secrets', { namespace: 'alustan', name: 'key' }),
  asked('create', 'jobs', { group: 'batch', actingAs: 'system:serviceaccount:shop:runner' }),
  asked('create', 'jobs', { group: 'batch', actingAs: 'system:serviceaccount:shop:team-a' }),
  asked('get', 'nothing', { resource: undefined, path: '/api/v1' }),
];

it('a role that was used whole, and no more asked than it allows: no difference', () => {
  const { unused, uncovered, used } = compare(roles, all);
  expect({ unused, uncovered }).toEqual({ unused: [], uncovered: [] });
  expect(used).toContain('ClusterRole r, rule 1: list pods: 1 times');
});

it('a verb and a name that nobody used are told by their rule', () => {
  expect(compare(roles, [...all.slice(1, 4), ...all.slice(5)]).unused).toEqual([
    'ClusterRole r, rule 1: list pods',
    'ClusterRole r, rule 2: impersonate serviceaccounts "team-a"',
  ]);
});

it('an apply that makes an object needs the right to create it, too', () => {
  const made = asked('patch', 'resourcequotas', { name: 'q', code: 201 });
  expect(compare([], [made]).uncovered).toEqual(['create resourcequotas "q"', 'patch resourcequotas "q"']);
});

it('what no rule allows is told: another verb, another name, a Role outside its namespace', () => {
  const more = [
    asked('delete', 'pods', { name: 'p' }),
    asked('get', 'secrets', { namespace: 'alustan', name: 'other' }),
    asked('get', 'secrets', { namespace: 'shop', name: 'key' }),
    asked('list', 'pods', { actingAs: 'system:serviceaccount:kube-system:admin' }),
  ];
  expect(compare(roles, [...all, ...more]).uncovered).toEqual([
    'delete pods "p"',
    'get secrets "key"',
    'get secrets "other"',
    'impersonate serviceaccounts "admin"',
  ]);
});
