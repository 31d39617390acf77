import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServiceStatus } from '../../src/api/service-status.ts';
import type { KubeObject } from '../../src/core/resource.ts';
import { previewAnnotations } from '../../src/plan/preview/identity.ts';
import { ControllerStage } from '../support/controller-stage.ts';
import { type GitHubStage, githubStage, token } from '../support/github.ts';

const delivered = 'Completed Delivered';
const ingress = { hosts: [{ host: 'chart-example.local' }], tls: [{ hosts: ['chart-example.local'] }] };

function statusOf(object: KubeObject | undefined): ServiceStatus {
  return (object?.['status'] ?? {}) as ServiceStatus;
}

describe('previews on the embedded API, with GitHub over HTTP', { timeout: 240_000 }, () => {
  let stage: ControllerStage;
  let github: GitHubStage;
  let stopEmptying: () => Promise<void>;

  beforeAll(async () => {
    stage = await ControllerStage.open();
    stopEmptying = await stage.emptyNamespaces();
  }, 60_000);
  afterAll(async () => {
    await stopEmptying();
    await stage.close();
  }, 30_000);

  const ring = () => stage.pullRequestsChanged(github.target('alustan/web-app-demo').repository);
  const repository = () => github.github.world.repository('alustan', 'web-app-demo');
  /** Until the comments on pull requests are as they should be: they are written beside the work. */
  const said = (when: (comments: readonly { body: string }[]) => boolean) =>
    expect.poll(() => when(repository().comments), { timeout: 30_000 }).toBe(true);
  const previews = (when: (status: ServiceStatus) => boolean) =>
    stage.until('Service', 'team', 'web', (object) => when(statusOf(object)));

  it('E14 E16 E17 open, label, address, unlabel, label again, delete', async () => {
    github = await githubStage({ now: () => new Date() });
    const { world } = github.github;
    await stage.start({
      previews: { apiUrl: github.apiUrl, secretName: 'alustan-github-token' },
    });
    await stage.client.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'alustan-github-token', namespace: 'alustan' },
      stringData: { token },
    });
    await stage.client.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: 'cluster',
        namespace: 'alustan',
        labels: { 'alustan.io/secret-type': 'cluster', environment: 'test' },
        annotations: { 'alustan.io/allowed-namespaces': 'team' },
      },
      stringData: { PASSWORD: 'a-real-secret' },
    });
    await stage.namespace('team');
    await stage.push('team', { web: 'one' });
    const previewEnvironment = {
      enabled: true,
      gitOwner: 'alustan',
      gitRepo: 'web-app-demo',
      values: { banner: 'pull request ${preview.number}', gone: null },
    };
    await stage.service('team', 'web', { previewEnvironment }, { ingress, password: '${workspace.PASSWORD}', gone: 1 });
    await stage.state('team', 'web', delivered);

    const pull = world.open(repository(), { branch: 'feat', author: 'alustan' });
    const namespace = `preview-feat-${pull.number}`;
    world.label(repository(), pull, 'preview');
    ring();
    const url = `https://${namespace}-chart-example.local`;
    const parent = await previews((status) => status.previews?.[0]?.state === 'Ready');
    expect(statusOf(parent).previewURLs).toEqual({ [namespace]: [url] });
    // The words of its end come ten seconds later: see feedback.test.ts.
    await said((comments) => comments.length === 1 && /team.*web/.test(comments[0]?.body ?? ''));
    const child = await stage.state(namespace, 'web', delivered);
    const [job] = stage.helm.jobs.filter((each) => each.namespace === namespace);
    expect(job).toMatchObject({
      release: `web-feat-${pull.number}`,
      // E2: the Secret allows the namespace of the original, and so its preview.
      values: { password: 'a-real-secret', banner: `pull request ${pull.number}`, gone: null },
    });
    expect(stage.helm.jobs.at(0)?.values).toMatchObject({ ingress });

    // Whoever may edit it gets at nothing: it is put right, and no Job has seen what was asked for.
    await stage.setValues(namespace, 'web', { stolen: '${workspace.PASSWORD}' });
    await stage.until('Service', namespace, 'web', (object) => {
      const seal = object?.metadata.annotations?.[previewAnnotations.seal];
      const { source } = (object?.['spec'] ?? {}) as { source?: { values: Record<string, unknown> } };
      return seal === child?.metadata.annotations?.[previewAnnotations.seal] && source?.values['stolen'] === undefined;
    });
    expect(stage.helm.jobs.filter(({ values }) => values['stolen'] !== undefined)).toEqual([]);

    world.unlabel(repository(), pull, 'preview');
    ring();
    await stage.gone('Namespace', '', namespace, 'v1');
    await previews((status) => status.previews === undefined && status.previewURLs === undefined);

    world.label(repository(), pull, 'preview');
    ring();
    await previews((status) => status.previews?.[0]?.state === 'Ready');

    // Whoever looks at the Service sees it, though its own delivery is well.
    github.fault((_, response) => response.destroy());
    ring();
    await previews(({ message }) => /^revision \d.* is healthy.*\. Warning: previews: GitHub/.test(message ?? ''));
    // E10: without GitHub, and before the Service itself.
    await stage.remove('team', 'web');
    await stage.gone('Namespace', '', namespace, 'v1');
    await stage.gone('Service', 'team', 'web');
    github.fault(undefined);
    await stage.stop();
  });

  it('a preview sleeps and wakes with the rights of its runner, and one that fails disturbs nobody', async () => {
    github = await githubStage({ now: () => new Date() });
    const { world } = github.github;
    const other = () => world.repository('alustan', 'other');
    await stage.start({ previews: { apiUrl: github.apiUrl } });
    await stage.namespace('side');
    await stage.push('side', { api: 'one' });
    const manifest = [
      'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: api\n  annotations:',
      '    meta.helm.sh/release-name: api-${preview.slug}-${preview.number}\nspec:\n  replicas: 2',
      '  selector: {matchLabels: {app: api}}\n  template:\n    metadata: {labels: {app: api}}',
      '    spec: {containers: [{name: api, image: api}]}\n',
    ].join('\n');
    const previewEnvironment = {
      enabled: true,
      gitOwner: 'alustan',
      gitRepo: 'other',
      intervalSeconds: 1,
      values: { manifest },
    };
    world.open(other(), { branch: 'feat', author: 'alustan', labels: ['preview'] });
    await stage.service('side', 'api', { previewEnvironment }, { text: 'base' });
    await stage.state('side', 'api', delivered);
    const replicas = (count: number) =>
      stage.until(
        'Deployment',
        'preview-feat-1',
        'api',
        (object) => (object?.['spec'] as { replicas?: number } | undefined)?.replicas === count,
        'apps/v1',
      );
    await replicas(2);
    const sleepAfter = (value: string) =>
      stage.client.patch(
        { apiVersion: 'alustan.io/v1alpha1', kind: 'Service', namespace: 'side', name: 'api' },
        'merge',
        {
          spec: { previewEnvironment: { sleepAfter: value } },
        },
      );
    await sleepAfter('1s');
    await replicas(0);
    await sleepAfter('1h');
    await replicas(2);

    stage.helm.outcome = ({ namespace }) => (namespace === 'preview-bad-2' ? 'fails' : 'succeeds');
    world.open(other(), { branch: 'bad', author: 'alustan', labels: ['preview'] });
    const parent = await stage.until('Service', 'side', 'api', (object) => {
      return statusOf(object).previews?.some(({ number, state }) => number === 2 && state === 'Failed');
    });
    expect(statusOf(parent).state).toBe('Completed');
    await stage.stop();
  });
});
