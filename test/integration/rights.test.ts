import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from 'vitest';
import { ControllerStage } from '../support/controller-stage.ts';

const repository = { apiVersion: 'alustan.io/v1alpha1', kind: 'Repository', name: 'apps' };

describe('E10 a Repository whose account has lost its rights', () => {
  let stage: ControllerStage;
  let ns: string;
  let count = 0;

  beforeAll(async () => {
    stage = await ControllerStage.open();
  });
  beforeEach(async () => {
    count += 1;
    ns = `lost-${count}`;
    await stage.namespace(ns);
    await stage.git.commit(ns, { 'a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n' });
    await stage.start();
    const spec = { url: stage.git.url(ns), ref: { branch: 'main' } };
    await stage.client.create({ ...repository, metadata: { namespace: ns, name: 'apps' }, spec });
    await stage.state(ns, 'apps', 'Completed Applied', /./, 'Repository');
    await stage.stop();
    const binding = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', name: 'alustan-runner' };
    await stage.client.delete({ ...binding, namespace: ns });
  });
  afterEach(() => stage.stop());
  afterAll(() => stage?.close());

  it('says so when it is deleted, and goes when it is told to leave all as it is', async () => {
    await stage.start();
    await stage.client.delete({ ...repository, namespace: ns });
    await stage.state(ns, 'apps', 'Error Forbidden', /alustan-runner may not watch ConfigMap/, 'Repository');
    const abandon = { metadata: { annotations: { 'alustan.io/abandon': 'true' } } };
    await stage.client.patch({ ...repository, namespace: ns }, 'merge', abandon);
    await stage.gone('Repository', ns, 'apps');
  });

  it('holds up no namespace that is being deleted', async () => {
    await stage.client.delete({ apiVersion: 'v1', kind: 'Namespace', name: ns });
    await stage.client.delete({ ...repository, namespace: ns });
    await stage.start();
    await stage.gone('Repository', ns, 'apps');
  });

  it('goes when nothing of it is there', async () => {
    await stage.client.patch({ ...repository, namespace: ns }, 'merge', { status: null }, { subresource: 'status' });
    await stage.client.delete({ apiVersion: 'v1', kind: 'ServiceAccount', namespace: ns, name: 'alustan-runner' });
    await stage.client.delete({ ...repository, namespace: ns });
    await stage.start({ accounts: { autoProvision: false } });
    await stage.gone('Repository', ns, 'apps');
  });
});
