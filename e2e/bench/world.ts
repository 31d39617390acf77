import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api } from '../cluster/api.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { exec } from '../cluster/exec.ts';
import { startGitHttpBackend } from '../servers/git-http-backend.ts';
import { installCrds } from './crds.ts';
import type { Graph } from './order.ts';
import { inParallel } from './stats.ts';

/** Where the Services of a bench live, and where bare Jobs are created for comparison. */
export const namespaces = { services: 'bench', raw: 'bench-raw', controller: 'alustan' } as const;

/** A fresh control plane, a git repository with one small chart, and what a Service needs to be delivered. */
export type World = Readonly<{
  plane: ControlPlane;
  api: Api;
  /** Creates Services that deliver the chart, all at once. */
  createServices(graph: Graph): Promise<void>;
  /** Changes the chart for all of them, by a push; gives the commit. */
  push(): Promise<string>;
  /** Folder of the chart. */
  chart: string;
  stop(): Promise<void>;
}>;

/** On `given`, which it stops at its end, or on a control plane where no Job gets a pod. */
export async function startWorld(given?: ControlPlane): Promise<World> {
  // The Jobs are completed by the bench: the cluster's own controller would create pods that no node runs.
  const plane = given ?? (await startControlPlane({ without: ['job-controller'] }));
  const api = new Api(plane, 64);
  const git = await startGitHttpBackend();
  const work = mkdtempSync(join(tmpdir(), 'alustan-bench-'));
  const stop = async () => {
    await api.close();
    await git.stop();
    await plane.stop();
    rmSync(work, { recursive: true, force: true });
  };
  try {
    await installCrds(api);
    await prepareNamespaces(api);
    const repoURL = await git.createRepository('bench');
    const push = await chartRepository(work, repoURL);
    await push();
    return {
      plane,
      api,
      push,
      stop,
      chart: join(work, 'chart'),
      createServices: (graph) => createServices(api, graph, repoURL),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function prepareNamespaces(api: Api): Promise<void> {
  for (const name of Object.values(namespaces)) await api.json('POST', '/api/v1/namespaces', { metadata: { name } });
  const { services, raw, controller } = namespaces;
  await api.json('POST', `/api/v1/namespaces/${controller}/secrets`, {
    metadata: {
      name: 'bench',
      labels: { 'alustan.io/secret-type': 'cluster', environment: 'bench' },
      annotations: { CLUSTER_NAME: 'in-cluster' },
    },
  });
  for (const namespace of [services, raw]) await createRunner(api, namespace);
}

async function createRunner(api: Api, namespace: string): Promise<void> {
  const account = { name: 'alustan-runner' };
  await api.json('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: account });
  await api.json('POST', `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`, {
    metadata: account,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'admin' },
    subjects: [{ kind: 'ServiceAccount', ...account, namespace }],
  });
}

/** Three objects, and nothing to start: what is measured is the delivery. */
const templates = {
  'config.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ .Release.Name }}"}
data: {serial: "{{ .Values.serial }}"}
`,
  'service.yaml': `apiVersion: v1
kind: Service
metadata: {name: "{{ .Release.Name }}"}
spec: {selector: {app: "{{ .Release.Name }}"}, ports: [{port: 80}]}
`,
  'deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: "{{ .Release.Name }}"}
spec:
  replicas: 0
  selector: {matchLabels: {app: "{{ .Release.Name }}"}}
  template:
    metadata: {labels: {app: "{{ .Release.Name }}"}}
    spec: {containers: [{name: app, image: "bench/app:{{ .Values.serial }}"}]}
`,
};

async function chartRepository(work: string, repoURL: string): Promise<() => Promise<string>> {
  const git = (...args: string[]) =>
    exec('git', ['-C', work, '-c', 'user.name=bench', '-c', 'user.email=bench@localhost', ...args]);
  mkdirSync(join(work, 'chart', 'templates'), { recursive: true });
  writeFileSync(join(work, 'chart', 'Chart.yaml'), 'apiVersion: v2\nname: bench\nversion: 0.1.0\n');
  for (const [file, text] of Object.entries(templates)) writeFileSync(join(work, 'chart', 'templates', file), text);
  await git('init', '--quiet', '--initial-branch=main');
  let serial = 0;
  return async () => {
    serial += 1;
    writeFileSync(join(work, 'chart', 'values.yaml'), `serial: ${serial}\n`);
    await git('add', '.');
    await git('commit', '--quiet', '-m', `serial ${serial}`);
    await git('push', '--quiet', repoURL, 'main');
    return (await git('rev-parse', 'HEAD')).trim();
  };
}

async function createServices(api: Api, graph: Graph, repoURL: string): Promise<void> {
  const all = [...graph];
  const path = `/apis/alustan.io/v1alpha1/namespaces/${namespaces.services}/services`;
  await inParallel(all.length, 32, async (index) => {
    const [name, dependencies] = all[index] as [string, readonly string[]];
    await api.json('POST', path, {
      apiVersion: 'alustan.io/v1alpha1',
      kind: 'Service',
      metadata: { name },
      spec: {
        workspace: 'bench',
        source: { repoURL, path: 'chart', targetRevision: 'main', values: { index } },
        ...(dependencies.length > 0 ? { dependencies: { service: dependencies } } : {}),
      },
    });
  });
}
