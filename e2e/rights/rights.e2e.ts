import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import type { KubeObject } from '../../src/core/resource.ts';
import { applyManifests } from '../../src/local/mode/manifests.ts';
import { githubStage } from '../../test/support/github.ts';
import { exec, say } from '../cluster/exec.ts';
import { ensureTool } from '../cluster/tools.ts';
import { type Request, requestsOf } from './audit.ts';
import { controllerAccount, renderRights } from './chart.ts';
import { charts } from './charts.ts';
import { compare } from './compare.ts';
import { infrastructure, pushScripts } from './infrastructure.ts';
import { byAdministrator, namespaceOf, narrowRole } from './objects.ts';
import { openShop, type Shop } from './shop.ts';
import { type Stage, startStage } from './stage.ts';
import { pushFiles, Tenant } from './tenant.ts';

const patience = { timeout: 100_000, interval: 300 };
/** Asked only when a creation was broken off before its answer came: src/apply/appliers.test.ts. */
const afterCrash = /: get namespaces$/;
const values = ['rbac.serviceAccounts={team-a,scripts}', 'previews.enabled=true'];

/** One story, told in order: flows, what tenants may not, and in the end what the API server has seen of it all. */
describe('the rights that the chart gives, on a real API server with its audit log', () => {
  let stage: Stage;
  let shop: Shop;
  let shopTenant: Tenant;
  let acme: Tenant;
  let repoURL: string;

  beforeAll(async () => {
    stage = await startStage(values);
    shop = await openShop(stage);
    repoURL = await pushFiles(stage, 'tenants', charts);
    await applyManifests(stage.connection.client, byAdministrator);
    shopTenant = new Tenant(stage.connection.client, 'shop', repoURL);
    acme = new Tenant(stage.connection.client, 'acme', repoURL);
    await stage.startController();
  }, 300_000);

  afterAll(async () => {
    shop?.close();
    await stage?.stop();
  }, 60_000);

  const kubectl = (...args: string[]) => exec('kubectl', ['--kubeconfig', stage.plane.kubeconfigPath, ...args]);
  const requests = (): Request[] =>
    requestsOf(stage.plane.auditLogPath ?? '', `system:serviceaccount:alustan:${controllerAccount}`);

  function explainFailure(): void {
    onTestFailed(async () => {
      console.log(await kubectl('get', 'asvc,repositories,jobs', '-A', '-o', 'wide').catch(String));
      console.log(await kubectl('get', 'events', '-A', '--sort-by=.lastTimestamp').catch(String));
    });
  }

  it('the shop is delivered, and a newer image', async () => {
    explainFailure();
    await shopTenant.message('api-service', 'Completed Delivered');
    await shopTenant.message('web-service', 'Completed Delivered');
    const image = (tag: string) => `${stage.registry.host}/shop/api:${tag}`;
    await exec(await ensureTool('crane'), ['copy', image('0.2.0'), image('0.3.0')]);
    await expect.poll(async () => (await shopTenant.statusOf('api-service')).healthStatus?.revision, patience).toBe(2);
    await shopTenant.message('api-service', 'Completed Delivered');
  });

  it('bad input is told', async () => {
    explainFailure();
    shop.edit('services/web-service.yaml', 'workspace: staging', 'workspace: [staging');
    await shop.push('a slip');
    const problem = async () => kubectl('get', 'repository', 'shop', '-n', 'shop', '-o', 'jsonpath={.status.message}');
    await expect.poll(problem, patience).toContain('web-service.yaml:8: not valid YAML');
    shop.edit('services/web-service.yaml', 'workspace: [staging', 'workspace: staging');
    await shop.push('mended');
    await expect.poll(problem, patience).toMatch(/applied$/);
  });

  it('E20 an object restored from a backup, whose Job is no more, is delivered; the lease changes hands', async () => {
    explainFailure();
    await stage.stopController();
    await acme.service('restored', 'plain');
    const job = { name: 'lost', purpose: 'deliver', attempt: 1, inputsHash: 'x', startedAt: '2026-01-01T00:00:00Z' };
    const ref = { apiVersion: 'alustan.io/v1alpha1', kind: 'Service', namespace: 'acme', name: 'restored' };
    await stage.connection.client.patch(ref, 'merge', { status: { job } }, { subresource: 'status' });
    await stage.startController();
    await acme.message('restored', 'Completed Delivered');
  });

  it('what leaves git is pruned: both Services are uninstalled', async () => {
    explainFailure();
    shop.remove('services/web-service.yaml');
    shop.remove('services/api-service.yaml');
    await shop.push('remove both');
    await shopTenant.gone('web-service');
    await shopTenant.gone('api-service');
    await kubectl('delete', 'repository', 'shop', '-n', 'shop', '--timeout=60s');
  });

  it('infrastructure is made, tells the cluster Secret its output, and is destroyed', async () => {
    explainFailure();
    await pushScripts(stage, 'infra:1.0.0');
    await acme.create('Terraform', 'queue', infrastructure);
    expect(await acme.message('queue', 'Error NotAllowed', 'Terraform')).toContain('alustan.io/publishers');
    const publishers = 'alustan.io/publishers=shop,acme';
    await kubectl('annotate', 'secret', 'staging-cluster', '-n', 'alustan', '--overwrite', publishers);
    await acme.message('queue', 'Completed Delivered', 'Terraform');
    const published = () =>
      kubectl('get', 'secret', 'staging-cluster', '-n', 'alustan', '-o', 'jsonpath={.metadata.annotations.QUEUE_URL}');
    expect(await published()).toBe('amqp://queue');
    await acme.remove('queue', 'Terraform');
    await acme.gone('queue', 'Terraform');
    expect(await published()).toBe('');
  });

  it('a pull request gets a preview, and loses it', async () => {
    explainFailure();
    await stage.stopController();
    const { github, apiUrl } = await githubStage({ now: () => new Date() });
    const limits = { resourceQuota: { hard: { pods: '10' } }, networkPolicy: { podSelector: {}, ingress: [{}] } };
    await stage.startController({ previews: { apiUrl, secretName: 'alustan-github-token', ...limits } });
    const previewEnvironment = { enabled: true, gitOwner: 'alustan', gitRepo: 'web-app-demo', intervalSeconds: 1 };
    await acme.service('shown', 'plain', { previewEnvironment });
    await acme.message('shown', 'Completed Delivered');
    const repository = github.world.repository('alustan', 'web-app-demo');
    const pull = github.world.open(repository, { branch: 'feat', author: 'alustan' });
    github.world.label(repository, pull, 'preview');
    await expect.poll(async () => (await acme.statusOf('shown')).previews?.[0]?.state, patience).toBe('Ready');
    github.world.unlabel(repository, pull, 'preview');
    const namespace = () =>
      kubectl('get', 'namespace', `preview-feat-${pull.number}`, '--ignore-not-found', '-o', 'name');
    await expect.poll(namespace, patience).toBe('');
    await acme.remove('shown');
    await acme.gone('shown');
  });

  it('E33 the documented minimum of an account is enough: delivered, changed, uninstalled', async () => {
    explainFailure();
    await acme.service('minimal', 'plain', { serviceAccountName: 'team-a' });
    await acme.message('minimal', 'Completed Delivered');
    await kubectl(
      'patch',
      'asvc',
      'minimal',
      '-n',
      'acme',
      '--type=merge',
      '-p',
      '{"spec":{"source":{"values":{"a":1}}}}',
    );
    await expect.poll(async () => (await acme.statusOf('minimal')).healthStatus?.revision, patience).toBe(2);
    await acme.message('minimal', 'Completed Delivered');
    await acme.remove('minimal');
    await acme.gone('minimal');
    expect(await kubectl('get', 'secrets', '-n', 'acme', '-l', 'alustan.io/owner-name=minimal', '-o', 'name')).toBe('');
  });

  it('E27 E33 so is that for infrastructure: deployed, changed, destroyed with what was applied', async () => {
    explainFailure();
    const { publish: _, ...plain } = infrastructure;
    await acme.create('Terraform', 'lean', { ...plain, serviceAccountName: 'scripts', variables: { A: 'one' } });
    await acme.message('lean', 'Completed Delivered', 'Terraform');
    const ofType = '--field-selector=type=alustan.io/variables';
    const kept = () => kubectl('get', 'secrets', '-n', 'acme', ofType, '-o', 'jsonpath={.items[*].data.A}');
    const edit = (spec: object) =>
      kubectl('patch', 'tf', 'lean', '-n', 'acme', '--type=merge', '-p', JSON.stringify({ spec }));
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    expect(await kept()).toBe(base64('one'));
    await edit({ variables: { A: 'two' } });
    await expect.poll(kept, patience).toBe(base64('two'));
    await edit({ suspend: true, variables: { A: '$' + '{workspace.NOWHERE}' } });
    await acme.remove('lean', 'Terraform');
    await acme.gone('lean', 'Terraform');
    await expect.poll(kept, patience).toBe('');
  });

  it('E33 a tenant’s chart cannot write to another namespace', async () => {
    explainFailure();
    await acme.service('reaching', 'reaching');
    expect(await acme.message('reaching', 'Failed RetriesExhausted')).toContain('in the namespace "other"');
    const { job } = await acme.statusOf('reaching');
    expect(job?.message).toMatch(/User "system:serviceaccount:acme:alustan-runner" cannot \w+ resource "configmaps"/);
    expect(await kubectl('get', 'configmaps', 'reaching', '-n', 'other', '--ignore-not-found')).toBe('');
  });

  it('E33 nor read its Secrets', async () => {
    explainFailure();
    await acme.service('peeking', 'peeking');
    await acme.message('peeking', 'Failed RetriesExhausted');
    const { job } = await acme.statusOf('peeking');
    expect(job?.message).toContain('cannot get resource "secrets" in API group "" in the namespace "other"');
  });

  it('E2 nor use a cluster Secret that allowed-namespaces withholds', async () => {
    const withheld = { values: { password: '$' + '{workspace.DB_PASSWORD}' } };
    await acme.service('withheld', 'telling', { workspace: 'guarded' }, withheld);
    const message = await acme.message('withheld', 'Error NotAllowed');
    expect(message).toContain('does not allow the namespace "acme"');
  });

  it('E2 a cluster Secret’s value does not come into status, Events, Jobs or logs by a chart that tells it', async () => {
    explainFailure();
    // What the shop's infrastructure had published has gone with it.
    const secret = 'change-me-in-real-life';
    const patch = JSON.stringify({ stringData: { DB_PASSWORD: secret } });
    await kubectl('patch', 'secret', 'staging-cluster', '-n', 'alustan', '-p', patch);
    await acme.service('telling', 'telling', {}, { values: { password: '$' + '{workspace.DB_PASSWORD}' } });
    const message = await acme.message('telling', 'Failed RetriesExhausted');
    expect(message).toContain('the password is •••, or •••');
    const seen = await kubectl('get', 'asvc,jobs,pods,events', '-n', 'acme', '-o', 'json');
    for (const form of [secret, Buffer.from(secret).toString('base64')]) expect(seen).not.toContain(form);
  });

  it('E33 nor name the credentials of another namespace', async () => {
    await acme.service('borrowing', 'plain', {}, { secretRef: { name: 'db' } });
    expect(await acme.message('borrowing', 'Error SecretNotFound')).toContain('no Secret "db" in namespace acme');
    await expect(acme.service('path', 'plain', {}, { secretRef: { name: 'other/db' } })).rejects.toThrow('secretRef');
  });

  it('E33 nor name the ServiceAccount of another namespace', async () => {
    for (const serviceAccountName of ['other:deployer', 'other/deployer']) {
      await expect(acme.service('elsewhere', 'plain', { serviceAccountName })).rejects.toThrow('serviceAccountName');
    }
    const other = new Tenant(stage.connection.client, 'other', repoURL);
    await other.service('elsewhere', 'plain', { serviceAccountName: 'team-a' });
    const message = await other.message('elsewhere', 'Error AccountNotFound');
    expect(message).toContain('spec.serviceAccountName: there is no ServiceAccount team-a in namespace other');
  });

  it('E33 what lies in the controller’s namespace gets no account made, and never the controller’s own', async () => {
    const inside = new Tenant(stage.connection.client, 'alustan', repoURL);
    await inside.service('plain', 'plain');
    expect(await inside.message('plain', 'Progressing AccountNotFound')).toContain('kubectl create serviceaccount');
    await inside.service('sly', 'plain', { serviceAccountName: controllerAccount });
    expect(await inside.message('sly', 'Error AccountNotAllowed')).toContain('name another');
    expect(await kubectl('get', 'jobs', '-n', 'alustan', '-o', 'name')).toBe('');
    for (const name of ['plain', 'sly']) await inside.remove(name);
    for (const name of ['plain', 'sly']) await inside.gone(name);
  });

  it('the roles hold what the controller has asked of the API server: no more, no less', async () => {
    const asked = requests();
    const roles = (await renderRights(values)).filter(
      ({ metadata }: KubeObject) => metadata.name === controllerAccount,
    );
    const { unused, uncovered, used } = compare(roles, asked);
    say(`${asked.length} requests of the controller, by what allows them:\n  ${used.join('\n  ')}`);
    const needless = unused.filter((grant) => !afterCrash.test(grant));
    expect({ needless, uncovered }).toEqual({ needless: [], uncovered: [] });
    // A namespace that ends takes no Event, whatever the rights are: it is told in another one then.
    const isEnding = ({ message = '' }: Request) => message.includes('it is being terminated');
    const refused = asked.filter((item) => item.code === 403 && item.actingAs === undefined && !isEnding(item));
    expect(refused).toEqual([]);
  });

  it('E33 where no account is made: what a Service waits for, and that the commands it tells make it go on', async () => {
    explainFailure();
    await stage.stopController();
    const { client } = stage.connection;
    await applyManifests(client, await renderRights([...values, 'runner.autoProvision=false']));
    await stage.startController({ accounts: { autoProvision: false } });
    await applyManifests(client, [namespaceOf('manual')]);
    const manual = new Tenant(client, 'manual', repoURL);
    await manual.service('plain', 'plain');
    const message = await manual.message('plain', 'Progressing AccountNotFound');
    expect(message).toMatch(/, since 20/);
    const [commands = ''] = /kubectl create serviceaccount .*? --serviceaccount=\S+(?=;)/.exec(message) ?? [];
    await exec('/bin/sh', ['-ec', commands], { env: { KUBECONFIG: stage.plane.kubeconfigPath } });
    await manual.message('plain', 'Completed Delivered');
  });

  it('E33 a role of the administrator’s own for runners: it may be bound, and no other', async () => {
    explainFailure();
    await stage.stopController();
    const { client } = stage.connection;
    await applyManifests(client, await renderRights([...values, 'runner.clusterRole=narrow']));
    await applyManifests(client, [narrowRole, ...['narrowed', 'refused'].map(namespaceOf)]);
    await stage.startController({ accounts: { clusterRole: 'narrow' } });
    const narrowed = new Tenant(client, 'narrowed', repoURL);
    await narrowed.service('plain', 'plain');
    await narrowed.message('plain', 'Completed Delivered');
    const roleOf = ['get', 'rolebinding', 'alustan-runner', '-n', 'narrowed', '-o', 'jsonpath={.roleRef.name}'];
    expect(await kubectl(...roleOf)).toBe('narrow');
    await stage.stopController();
    await stage.startController({ accounts: { clusterRole: 'cluster-admin' } });
    const refused = new Tenant(client, 'refused', repoURL);
    await refused.service('plain', 'plain');
    expect(await refused.message('plain', 'Error Forbidden')).toContain(
      'with ClusterRole cluster-admin (runner.clusterRole)',
    );
    expect(await kubectl('get', 'serviceaccount,rolebinding', '-n', 'refused', '-o', 'name')).toBe(
      'serviceaccount/default\n',
    );
  });

  it('E33 an account that the administrator has not named is refused, with the remedy', async () => {
    await acme.service('unnamed', 'plain', { serviceAccountName: 'default' });
    const message = await acme.message('unnamed', 'Error Forbidden');
    expect(message).toContain('an administrator adds "default" to rbac.serviceAccounts of the chart');
  });
});
