import { expect } from 'vitest';
import type { KubeObject } from '../../src/core/resource.ts';
import { api, apply, kubectl } from '../delivery/lane.ts';
import { nodeName } from '../node/files.ts';
import { flow } from './flow.ts';

const namespace = 'tf-pod';
const account = 'infrastructure';

/** What an administrator, and the owner of the namespace, have made before. */
const prepared: object[] = [
  { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: namespace }, value: 7 },
  { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: namespace }, handler: 'runc' },
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account, namespace } },
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace }, data: { REGION: 'eu' } },
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'company-ca', namespace }, data: { ca: 'trusted' } },
  { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'own', namespace }, stringData: { token: 'from-a-secret' } },
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'mirror', namespace },
    type: 'kubernetes.io/dockerconfigjson',
    stringData: { '.dockerconfigjson': '{"auths": {}}' },
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: account, namespace },
    rules: [
      // As docs/terraform.md says.
      { apiGroups: [''], resources: ['secrets'], verbs: ['create', 'get', 'patch', 'delete'] },
      { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
      { apiGroups: ['batch'], resources: ['jobs'], verbs: ['create', 'delete'] },
      // What the scripts do: Terraform's kubernetes backend.
      { apiGroups: [''], resources: ['secrets'], verbs: ['list', 'update'] },
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create', 'get', 'update', 'delete'] },
    ],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: account, namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: account },
    subjects: [{ kind: 'ServiceAccount', name: account, namespace }],
  },
];

const nodeSelector = { 'kubernetes.io/hostname': nodeName };
const resources = { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '256Mi' } };
const tolerations = [{ key: 'infrastructure', operator: 'Exists', effect: 'NoSchedule' }];
const affinity = {
  nodeAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [
      { weight: 1, preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] } },
    ],
  },
};
const securityContext = { supplementalGroups: [3000], fsGroup: 2000, seccompProfile: { type: 'RuntimeDefault' } };
const containerSecurityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, runAsGroup: 1000 };
const volumes = [{ name: 'ca', configMap: { name: 'company-ca' } }];
const volumeMounts = [{ name: 'ca', mountPath: '/etc/company' }];
const shared = { priorityClassName: namespace, runtimeClassName: namespace, imagePullSecrets: [{ name: 'mirror' }] };
const env = [
  { name: 'ZONE', value: 'a' },
  { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'own', key: 'token' } } },
];
const envFrom = [{ configMapRef: { name: 'settings' } }];
// What is Alustan's own, and what stands in spec.variables, nobody can take over.
const lost = [
  { name: 'ALUSTAN_NAME', value: 'lost' },
  { name: 'TF_VAR_region', value: 'lost' },
];

const spec = {
  serviceAccountName: account,
  scripts: { deploy: 'shows' },
  variables: { TF_VAR_region: 'kept' },
  env: [...env, ...lost],
  envFrom,
  nodeSelector,
  resources,
  tolerations,
  podTemplate: {
    labels: { team: 'platform', 'alustan.io/owner-name': 'lost' },
    annotations: { note: 'kept' },
    affinity,
    securityContext,
    containerSecurityContext,
    volumes,
    volumeMounts,
    ...shared,
  },
};

type Template = { metadata: object; spec: { containers: [{ env: { name: string; value?: string }[] }] } };

/** How the pod of a run is made. */
export function podFlows(): void {
  flow(
    'E26 E33 every field of the pod: as the API server has it, and as the script meets it; what is mended begins anew',
    namespace,
    async (ground) => {
      await apply(...prepared);
      const much = { requests: { cpu: '1000' } };
      await ground.create('db', { ...spec, nodeSelector: { pool: 'none' }, resources: much });
      await ground.create('torn', { ...spec, scripts: { deploy: 'nothing' }, podTemplate: { volumeMounts } });
      const selector = /Job db-deploy-\S+-1 deploys .*its pod waits: Unschedulable: .*node affinity\/selector/;
      await ground.reached('db', 'Progressing JobRunning', selector);
      await ground.edit('db', { nodeSelector: { pool: null, ...nodeSelector } });
      const room = /Job db-deploy-\S+-2 deploys .*its pod waits: Unschedulable: .*Insufficient cpu/;
      await ground.reached('db', 'Progressing RunnerInterrupted', room);
      await ground.edit('db', { resources });
      const { job } = await ground.reached('db', 'Completed Delivered');
      expect(job).toMatchObject({ name: expect.stringMatching(/-3$/), failures: 0 });
      expect(Object.keys((await ground.state('db'))?.ids ?? {})).toContain('terraform_data.gated');
      await ground.reached('torn', 'Error Rejected', /volumeMounts\[0\].name: Not found: "ca"/);
      await ground.edit('torn', { podTemplate: { volumes } });
      await ground.reached('torn', 'Completed Delivered');

      const path = `/apis/batch/v1/namespaces/${namespace}/jobs/${job?.name}`;
      const { template } = (await api.json<KubeObject & { spec: { template: Template } }>('GET', path)).spec;
      expect(template.metadata).toMatchObject({
        labels: { team: 'platform', 'alustan.io/owner-name': 'db' },
        annotations: { note: 'kept' },
      });
      expect(template.spec).toMatchObject({
        serviceAccountName: account,
        nodeSelector,
        tolerations,
        affinity,
        securityContext,
        volumes,
        ...shared,
        containers: [{ resources, envFrom, volumeMounts, securityContext: containerSecurityContext }],
      });
      const [container] = template.spec.containers;
      expect(container.env).toEqual(expect.arrayContaining(env));
      expect(container.env.filter(({ value }) => value === 'lost')).toEqual([]);
      const log = await kubectl('logs', '-n', namespace, `job/${job?.name}`);
      const said = 'groups 1000 2000 3000, memory 268435456, mounted trusted, env a eu from-a-secret kept db';
      expect(log).toContain(said);
      const made = await podSpec((await ground.pod('db')).name);
      expect(made).toMatchObject({ priority: 7, nodeName, serviceAccountName: account });
      await kubectl('delete', 'priorityclass,runtimeclass', namespace);
    },
  );
}

async function podSpec(name: string): Promise<object> {
  return (await api.json<{ spec: object }>('GET', `/api/v1/namespaces/${namespace}/pods/${name}`)).spec;
}
