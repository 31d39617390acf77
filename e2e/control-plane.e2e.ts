import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Api } from './cluster/api.ts';
import { exec } from './cluster/exec.ts';

describe('the control plane of the lane', () => {
  const access = inject('cluster');
  let api: Api;

  beforeAll(() => {
    api = new Api(access);
  });

  afterAll(() => api.close());

  it('is Kubernetes 1.34, as pinned', async () => {
    const version = await api.json<{ gitVersion: string }>('GET', '/version');
    expect(version.gitVersion).toBe('v1.34.4');
  });

  it('serves stock kubectl by its kubeconfig', async () => {
    const names = await exec('kubectl', ['--kubeconfig', access.kubeconfigPath, 'get', 'namespaces', '-o', 'name']);
    expect(names.split('\n')).toContain('namespace/kube-system');
  });

  it('runs controllers: a deleted namespace goes with what is in it', async () => {
    const name = 'e2e-control-plane';
    const kubectl = (...args: string[]) =>
      execFileSync('kubectl', ['--kubeconfig', access.kubeconfigPath, ...args], { encoding: 'utf8' });
    kubectl('create', 'namespace', name);
    kubectl('create', 'configmap', 'left', '-n', name, '--from-literal=a=b');
    kubectl('delete', 'namespace', name, '--wait=true', '--timeout=45s');
    expect((await api.raw('GET', `/api/v1/namespaces/${name}`)).statusCode).toBe(404);
  });

  it('streams lists with initial events, as Helm 4 wants them', async () => {
    const query = 'watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan';
    const response = await api.raw('GET', `/api/v1/namespaces?${query}&timeoutSeconds=1`);
    expect(await response.body.text()).toContain('"k8s.io/initial-events-end":"true"');
  });
});
