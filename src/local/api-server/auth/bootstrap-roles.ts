import type { Json } from '../object.ts';

const group = 'rbac.authorization.k8s.io';
const read = ['get', 'list', 'watch'];
const write = ['create', 'delete', 'deletecollection', 'patch', 'update'];
const all = [...write, ...read];

function rule(verbs: string[], apiGroup: string, resources: string[]): Json {
  return { verbs, apiGroups: [apiGroup], resources };
}

function withStatus(...names: string[]): string[] {
  return names.flatMap((name) => [name, `${name}/status`]);
}

function withScale(...names: string[]): string[] {
  return names.flatMap((name) => [name, `${name}/scale`]);
}

const apps = ['deployments', 'replicasets', 'statefulsets'];

const viewRules = [
  rule(read, '', [
    'bindings',
    'configmaps',
    'endpoints',
    'events',
    'limitranges',
    'namespaces',
    'namespaces/status',
    ...withStatus('persistentvolumeclaims', 'pods', 'replicationcontrollers', 'resourcequotas', 'services'),
    'pods/log',
    'replicationcontrollers/scale',
    'serviceaccounts',
  ]),
  rule(read, 'discovery.k8s.io', ['endpointslices']),
  rule(read, 'apps', [
    'controllerrevisions',
    ...withStatus('daemonsets', ...apps),
    ...apps.map((name) => `${name}/scale`),
  ]),
  rule(read, 'autoscaling', withStatus('horizontalpodautoscalers')),
  rule(read, 'batch', withStatus('cronjobs', 'jobs')),
  rule(read, 'policy', withStatus('poddisruptionbudgets')),
  rule(read, 'networking.k8s.io', [...withStatus('ingresses'), 'networkpolicies']),
];

const podAccess = ['pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy', 'secrets', 'services/proxy'];

const editRules = [
  rule(read, '', podAccess),
  rule(['impersonate'], '', ['serviceaccounts']),
  rule(write, '', ['pods', 'pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy']),
  rule(['create'], '', ['pods/eviction', 'serviceaccounts/token']),
  rule(write, '', [
    'configmaps',
    'events',
    'persistentvolumeclaims',
    ...withScale('replicationcontrollers'),
    'secrets',
    'serviceaccounts',
    'services',
    'services/proxy',
  ]),
  rule(write, 'apps', ['daemonsets', 'deployments/rollback', ...withScale(...apps)]),
  rule(write, 'autoscaling', ['horizontalpodautoscalers']),
  rule(write, 'batch', ['cronjobs', 'jobs']),
  rule(write, 'networking.k8s.io', ['ingresses', 'networkpolicies']),
  rule(write, 'policy', ['poddisruptionbudgets']),
  rule(all, 'coordination.k8s.io', ['leases']),
];

const adminRules = [
  rule(['create'], 'authorization.k8s.io', ['localsubjectaccessreviews']),
  rule(all, group, ['rolebindings', 'roles']),
];

const aggregateTo = (name: string): string => `${group}/aggregate-to-${name}`;

function clusterRole(name: string, rules: Json[], more: Json = {}, labels: Record<string, string> = {}): Json {
  return {
    apiVersion: `${group}/v1`,
    kind: 'ClusterRole',
    metadata: {
      name,
      labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
      annotations: { [`${group}/autoupdate`]: 'true' },
    },
    rules,
    ...more,
  };
}

/** A role that users are given, and the one that it is made of (so that others can add to it by a label). */
function aggregated(name: string, own: Json[], total: Json[]): Json[] {
  const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { [aggregateTo(name)]: 'true' } }] };
  return [
    clusterRole(
      name,
      total,
      { aggregationRule },
      next[name] === undefined ? {} : { [aggregateTo(next[name])]: 'true' },
    ),
    clusterRole(`system:aggregate-to-${name}`, own, {}, { [aggregateTo(name)]: 'true' }),
  ];
}

/** What holds for one role holds for the next: view → edit → admin. */
const next: Record<string, string> = { view: 'edit', edit: 'admin' };

const selfReviews = [
  rule(['create'], 'authorization.k8s.io', ['selfsubjectaccessreviews', 'selfsubjectrulesreviews']),
  rule(['create'], 'authentication.k8s.io', ['selfsubjectreviews']),
];
const health = ['/healthz', '/livez', '/readyz', '/version', '/version/'];
const discovery = ['/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*', ...health];

function binding(role: string, groups: string[], name = role): Json {
  return {
    apiVersion: `${group}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: {
      name,
      labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' },
      annotations: { [`${group}/autoupdate`]: 'true' },
    },
    roleRef: { apiGroup: group, kind: 'ClusterRole', name: role },
    subjects: groups.map((one) => ({ apiGroup: group, kind: 'Group', name: one })),
  };
}

/** The roles and bindings that every cluster starts with, as far as somebody here can use them. */
export const bootstrapRoles: readonly Json[] = [
  clusterRole('cluster-admin', [
    { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
    { verbs: ['*'], nonResourceURLs: ['*'] },
  ]),
  ...aggregated('view', viewRules, viewRules),
  ...aggregated('edit', editRules, [...editRules, ...viewRules]),
  ...aggregated('admin', adminRules, [...adminRules, ...editRules, ...viewRules]),
  clusterRole('system:basic-user', selfReviews),
  clusterRole('system:discovery', [{ verbs: ['get'], nonResourceURLs: discovery }]),
  clusterRole('system:public-info-viewer', [{ verbs: ['get'], nonResourceURLs: health }]),
  binding('cluster-admin', ['system:masters']),
  binding('system:basic-user', ['system:authenticated']),
  binding('system:discovery', ['system:authenticated']),
  binding('system:public-info-viewer', ['system:authenticated', 'system:unauthenticated']),
];
