import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { KubeObject } from '../../src/core/resource.ts';
import { ControllerStage } from '../support/controller-stage.ts';
import type { FakeHelm } from '../support/fake-helm.ts';

const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;
const delivered = 'Completed Delivered';

function statusOf(object: KubeObject | undefined) {
  return (object?.['status'] ?? {}) as {
    state?: string;
    message?: string;
    lastHandledReconcile?: string;
    job?: { name: string; startedAt: string };
  };
}

function startedAt(object: KubeObject | undefined): string {
  return statusOf(object).job?.startedAt ?? '';
}

describe('the controller on the embedded API', { timeout: 120_000 }, () => {
  let stage: ControllerStage;
  let helm: FakeHelm;
  let ns: string;
  let count = 0;

  beforeAll(async () => {
    stage = await ControllerStage.open();
    helm = stage.helm;
    await stage.start();
  }, 120_000);
  afterAll(() => stage.close(), 60_000);
  beforeEach(async () => {
    count += 1;
    ns = `team-${count}`;
    await stage.namespace(ns);
    await stage.push(ns, { web: 'one', api: 'one' });
  });
  afterEach(() => {
    helm.outcome = () => 'succeeds';
  });

  const annotate = (name: string, annotation: string, value: string) => {
    const reference = { apiVersion: 'alustan.io/v1alpha1', kind: 'Service', namespace: ns, name };
    return stage.client.patch(reference, 'merge', { metadata: { annotations: { [annotation]: value } } });
  };
  const releases = (release: string) =>
    helm.jobs.filter((job) => job.namespace === ns && job.release === release).length;
  /** Events about an object, once there is one of each reason: they are sent beside the work, in any order. */
  const events = (name: string, reasons: readonly string[], namespace = ns): Promise<KubeObject[]> =>
    stage.listed('Event', namespace, (all) => {
      const about = (event: KubeObject) => (event['involvedObject'] as { name: string }).name === name;
      const told = all.filter(about);
      return reasons.every((reason) => told.some((event) => event['reason'] === reason)) ? told : undefined;
    });

  it('E20 writes five times until a Service is Ready, and sends each Event once', async () => {
    await stage.service(ns, 'api', {}, { manifest: configMap('api') });
    await stage.state(ns, 'api', delivered);
    stage.sent.length = 0;
    await stage.service(ns, 'web', {}, { manifest: configMap('web') });
    await stage.state(ns, 'web', delivered);
    const own = stage.sent.filter(({ namespace, kind }) => namespace === ns && kind !== 'Event');
    const writes = own.filter(({ verb }) => ['create', 'update', 'patch'].includes(verb));
    expect(writes.map(({ verb, kind }) => `${verb} ${kind}`).filter((write) => write !== 'patch Job')).toEqual([
      'patch Service/status',
      'patch Service',
      'create Secret',
      'create Job',
      'patch Service/status',
    ]);
    expect(own.filter(({ name }) => name === 'api')).toEqual([]);
    const told = await events('web', ['JobRunning', 'Delivered']);
    expect(told).toHaveLength(2);
  });

  it('E20 removes the inputs of a Job that has ended, and keeps the last three Jobs', async () => {
    await stage.service(ns, 'api', {}, { manifest: configMap('api') });
    await stage.state(ns, 'api', delivered, /revision 1/);
    for (const revision of [2, 3, 4, 5]) {
      await stage.setValues(ns, 'api', { manifest: configMap('api'), revision });
      await stage.state(ns, 'api', delivered, new RegExp(`revision ${revision} `));
    }
    const names = helm.jobs.filter((job) => job.namespace === ns).map(({ name }) => name);
    for (const name of names) await stage.gone('Secret', ns, name, 'v1');
    // Which ones: janitor.test.ts. Five Jobs are done within a second or two here, and their times tell no order.
    const left = await stage.listed('Job', ns, (jobs) => (jobs.length <= 3 ? jobs : undefined), 'batch/v1');
    expect(left).toHaveLength(3);
    expect(new Set([...names, ...left.map(({ metadata }) => metadata.name)])).toEqual(new Set(names));
  });

  it('removes the inputs of a Job that somebody has deleted', async () => {
    const end = Promise.withResolvers<'fails'>();
    helm.outcome = () => end.promise;
    await stage.service(ns, 'api', {}, { manifest: configMap('api') });
    const service = await stage.state(ns, 'api', 'Progressing JobRunning');
    const name = statusOf(service).job?.name ?? '';
    // Helm is at work until the end: one that began only now would succeed, beside the next.
    await vi.waitFor(() => expect(releases('api')).toBe(1), { timeout: 60_000 });
    helm.outcome = () => 'succeeds';
    await stage.client.delete(
      { apiVersion: 'batch/v1', kind: 'Job', namespace: ns, name },
      { propagation: 'Background' },
    );
    await stage.state(ns, 'api', delivered);
    await stage.gone('Secret', ns, name, 'v1');
    end.resolve('fails');
  });

  it('removes the inputs of a Job that ended while no controller ran', async () => {
    const end = Promise.withResolvers<'succeeds'>();
    helm.outcome = () => end.promise;
    await stage.service(ns, 'api', {}, { manifest: configMap('api') });
    const name = statusOf(await stage.state(ns, 'api', 'Progressing JobRunning')).job?.name ?? '';
    await stage.until('Secret', ns, name, (secret) => secret, 'v1');
    await stage.stop();
    end.resolve('succeeds');
    await stage.until('Job', ns, name, (job) => JSON.stringify(job?.['status'])?.includes('Complete'), 'batch/v1');
    await stage.start();
    await stage.gone('Secret', ns, name, 'v1');
    await stage.state(ns, 'api', delivered, /revision 1 /);
  });

  describe('E8 one commit that changes two Services', () => {
    const both = async () => {
      await stage.service(ns, 'api', {}, { manifest: configMap('api') });
      await stage.service(ns, 'web', { dependencies: { service: ['api'] } }, { manifest: configMap('web') });
      await stage.state(ns, 'web', delivered);
    };

    it('delivers the dependent after the dependency has been delivered again, at every pace of commits', async () => {
      await both();
      for (const text of ['two', 'three', 'four']) await stage.push(ns, { api: text, web: text });
      const head = new RegExp(`chart at ${(await stage.git.git(ns, 'rev-parse', 'HEAD')).slice(0, 12)}`);
      const [api, web] = await Promise.all(['api', 'web'].map((name) => stage.state(ns, name, delivered, head)));
      expect(startedAt(web) > startedAt(api)).toBe(true);
      const order = helm.jobs.filter((job) => job.namespace === ns).map(({ release }) => release);
      expect(order.slice(0, 4)).toEqual(['api', 'web', 'api', order[3]]);
    });

    it('does not wait for a dependency whose chart is the same', async () => {
      await both();
      await stage.push(ns, { web: 'two' });
      await stage.state(ns, 'web', delivered, /revision 2 /);
      expect(releases('api')).toBe(1);
    });

    it('after a restart, for what was pushed meanwhile', async () => {
      await both();
      await stage.stop();
      await stage.push(ns, { api: 'two', web: 'two' });
      await stage.start();
      const [api, web] = await Promise.all([
        stage.state(ns, 'api', delivered, /revision 2 /),
        stage.state(ns, 'web', delivered, /revision 2 /),
      ]);
      expect(startedAt(web) > startedAt(api)).toBe(true);
    });
  });

  it('looks at git as soon as the annotation alustan.io/reconcile asks for it, once for each value', async () => {
    await stage.service(ns, 'web', {}, { manifest: configMap('web') });
    await stage.state(ns, 'web', delivered, /revision 1 /);
    const ask = async (value: string) => {
      await annotate('web', 'alustan.io/reconcile', value);
      const handled = (object: KubeObject | undefined) => statusOf(object).lastHandledReconcile === value;
      return statusOf(await stage.until('Service', ns, 'web', handled));
    };
    // Nobody tells of this push, and the interval is five minutes.
    await stage.git.commit(ns, { 'web/values.yaml': 'text: two\n' });
    await ask('first');
    await stage.state(ns, 'web', delivered, /revision 2 /);
    expect(await ask('second')).toMatchObject({ state: 'Completed' });
    expect(releases('web')).toBe(2);
  });

  describe('rings a Service when somebody else', () => {
    beforeEach(async () => {
      await stage.service(ns, 'api', {}, { manifest: configMap('api') });
      await stage.state(ns, 'api', delivered);
    });

    it('uninstalls its release: it is delivered again', async () => {
      await helm.uninstall(ns, 'api');
      await stage.until('Service', ns, 'api', () => releases('api') === 2);
      await stage.state(ns, 'api', delivered);
    });

    it('rolls its release back: it is delivered again', async () => {
      await helm.install(ns, 'api', configMap('api'), { 'alustan.io/inputs': 'older' });
      await stage.state(ns, 'api', delivered, /revision 3 /);
    });

    it('deletes an object of the release: its status says what is missing, and how to have it again', async () => {
      await stage.client.delete({ apiVersion: 'v1', kind: 'ConfigMap', namespace: ns, name: 'api' });
      await stage.state(ns, 'api', 'Progressing HealthPending', /ConfigMap api is missing.*alustan.io\/retry/);
      await annotate('api', 'alustan.io/retry', 'please');
      await stage.state(ns, 'api', delivered, /revision 2 /);
    });

    it('but not when a Job goes whose time after its end is over', async () => {
      const pod = { restartPolicy: 'Never', containers: [{ name: 'main', image: 'x' }] };
      const spec = { ttlSecondsAfterFinished: 1, template: { spec: pod } };
      const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'migrate' }, spec };
      await stage.setValues(ns, 'api', { manifest: JSON.stringify(job) });
      await stage.state(ns, 'api', 'Progressing HealthPending', /Job migrate is not ready yet/);
      const reference = { apiVersion: 'batch/v1', kind: 'Job', namespace: ns, name: 'migrate' };
      await stage.client.delete(reference, { propagation: 'Background' });
      await stage.state(ns, 'api', delivered);
    });
  });

  it('E19 tells the pod that is to blame, and hears when it changes', async () => {
    const labels = { app: 'api' };
    const manifest = JSON.stringify({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'api' },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'x' }] } },
      },
    });
    await stage.service(ns, 'api', {}, { manifest });
    await stage.state(ns, 'api', 'Progressing HealthPending');
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'api-1', namespace: ns, labels } };
    await stage.client.create({ ...pod, spec: { containers: [{ name: 'main', image: 'x' }] } });
    const reference = { apiVersion: 'v1', kind: 'Pod', namespace: ns, name: 'api-1' };
    for (const reason of ['ImagePullBackOff', 'CrashLoopBackOff']) {
      const waiting = { reason, message: `about ${reason}` };
      const container = { name: 'main', image: 'x', imageID: '', ready: false, restartCount: 0, state: { waiting } };
      const status = { phase: 'Pending', containerStatuses: [container] };
      await stage.client.patch(reference, 'merge', { status }, { subresource: 'status' });
      await stage.state(
        ns,
        'api',
        'Progressing HealthPending',
        new RegExp(`container main: ${reason}: about ${reason}`),
      );
    }
  });

  it('E19 hears of objects without a namespace, and of kinds that the cluster learns later', async () => {
    const role = 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: NAME}\n'.replace(
      'NAME',
      ns,
    );
    const reference = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: ns };
    const binding = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' };
    await stage.client.create({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: ns },
      roleRef: binding,
      subjects: [{ kind: 'ServiceAccount', name: 'alustan-runner', namespace: ns }],
    });
    await stage.service(ns, 'api', {}, { manifest: role });
    await stage.state(ns, 'api', delivered);
    await stage.client.delete(reference);
    await stage.state(ns, 'api', 'Progressing HealthPending', /ClusterRole team-\d+ is missing/);
    await stage.client.create({ ...reference, metadata: { name: ns } });
    await stage.state(ns, 'api', delivered);
  });

  it('applies a manifest as soon as the cluster knows its kind', async () => {
    const group = `${ns}.example.com`;
    await stage.git.commit(`${ns}-apps`, {
      'thing.yaml': `apiVersion: ${group}/v1\nkind: Thing\nmetadata: {name: one}\nspec: {a: 1}\n`,
    });
    const metadata = { namespace: ns, name: 'apps' };
    const spec = { url: stage.git.url(`${ns}-apps`), ref: { branch: 'main' }, serviceAccountName: 'admin' };
    await stage.client.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: ns, name: 'admin' } });
    await stage.client.create({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: `${ns}-admin` },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name: 'admin', namespace: ns }],
    });
    await stage.client.create({ apiVersion: 'alustan.io/v1alpha1', kind: 'Repository', metadata, spec });
    await stage.state(ns, 'apps', 'Error ManifestProblems', /Thing/, 'Repository');
    const schema = { type: 'object', properties: { spec: { type: 'object', properties: { a: { type: 'integer' } } } } };
    await stage.client.create({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `things.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
      },
    });
    await stage.state(ns, 'apps', 'Completed Applied', /1 object/, 'Repository');
  });

  it('goes on as soon as rights are granted', async () => {
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'tenant', namespace: ns } };
    await stage.client.create(account);
    await stage.service(ns, 'api', { serviceAccountName: 'tenant' }, { manifest: configMap('api') });
    await stage.state(ns, 'api', 'Error Forbidden', /tenant may not watch Secret/);
    await stage.client.create({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'tenant', namespace: ns },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'alustan-runner' },
      subjects: [{ kind: 'ServiceAccount', name: 'tenant', namespace: ns }],
    });
    await stage.state(ns, 'api', delivered);
  });

  it('F3 E9 holds a deletion while a dependent is there, then finishes unaided, with an Event of the end', async () => {
    await stage.service(ns, 'api', {}, { manifest: configMap('api') });
    await stage.service(ns, 'web', { dependencies: { service: ['api'] } }, { manifest: configMap('web') });
    await stage.state(ns, 'web', delivered);
    await stage.remove(ns, 'api');
    await stage.state(ns, 'api', 'Blocked HasDependents', /web/);
    await stage.remove(ns, 'web');
    await Promise.all(['api', 'web'].map((name) => stage.gone('Service', ns, name)));
    await Promise.all(['api', 'web'].map((name) => events(name, ['Deleted'])));
  });

  it('E10 lets go in a namespace that is being deleted, and tells it of the namespace', async () => {
    await stage.service(ns, 'api', {}, { manifest: configMap('api') });
    await stage.state(ns, 'api', delivered);
    await stage.client.delete({ apiVersion: 'v1', kind: 'Namespace', name: ns });
    await stage.remove(ns, 'api');
    await stage.gone('Service', ns, 'api');
    const [told] = await events(ns, ['NamespaceTerminating'], 'default');
    expect(told?.['message']).toContain('Service api');
  });

  it('hands a release over when the Service that had it is gone', async () => {
    const spec = (path: string) => ({
      source: { repoURL: stage.git.url(ns), path, targetRevision: 'main', releaseName: 'shared', values: {} },
    });
    await stage.service(ns, 'api', spec('api'));
    await stage.service(ns, 'web', spec('web'));
    // Made within one second they are of one age, and their uids decide.
    const loser = await Promise.any(
      ['api', 'web'].map((name) => stage.state(ns, name, 'Error ReleaseConflict').then(() => name)),
    );
    const winner = loser === 'web' ? 'api' : 'web';
    await stage.state(ns, winner, delivered);
    await stage.remove(ns, winner);
    await stage.state(ns, loser, delivered);
  });
});
