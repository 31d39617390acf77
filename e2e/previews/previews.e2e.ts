import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import type { PreviewStatus } from '../../src/api/preview.ts';
import type { Pull } from '../../src/local/github/state.ts';
import { type GitHubStage, openGitHub, token } from '../../test/support/github.ts';
import { exec } from '../cluster/exec.ts';
import { type Stage, startStage } from '../rights/stage.ts';
import type { Tenant } from '../rights/tenant.ts';
import { buildImage, settle } from './setting.ts';

const patience = { timeout: 100_000, interval: 250 };
const [first, second] = ['preview-feat-x-1', 'preview-taken-2'];

/** One story, told in order, on a control plane of its own: everything but the pods and GitHub is the real thing. */
describe('previews on a real API server, with real Helm, and GitHub over HTTP', () => {
  let stage: Stage;
  let forge: GitHubStage & { close(): void };
  let tenant: Tenant;
  let pull: Pull;
  let other: Pull;

  beforeAll(async () => {
    stage = await startStage(['previews.enabled=true']);
    forge = await openGitHub({ now: () => new Date() });
    tenant = await settle(stage, forge);
    await tenant.message('web', 'Completed Delivered');
  }, 300_000);

  afterAll(async () => {
    await stage?.stop();
    forge?.close();
  }, 60_000);

  const kubectl = (...args: string[]) => exec('kubectl', ['--kubeconfig', stage.plane.kubeconfigPath, ...args]);
  const read = (path: string, kind: string, name: string, namespace: string) =>
    kubectl('get', kind, name, '-n', namespace, '--ignore-not-found', '-o', `jsonpath={${path}}`);
  const repository = () => forge.github.world.repository('shop', 'web');
  const previewOf = async ({ number }: Pull): Promise<PreviewStatus | undefined> =>
    (await tenant.statusOf('web')).previews?.find((preview) => preview.number === number);
  const state = (of: Pull) =>
    expect.poll(async () => {
      const { state, reason } = (await previewOf(of)) ?? {};
      return `${state} ${reason}`;
    }, patience);
  const replicas = (namespace: string, name: string) =>
    expect.poll(() => read('.spec.replicas', 'deployment', name, namespace), patience);
  /** The one comment on it, of the login of the controller. */
  const told = ({ number }: Pull) =>
    expect.poll(() => {
      const ours = repository().comments.filter(({ issue, author }) => issue === number && author === 'alustan-bot');
      return ours.length === 1 ? ours[0]?.body : `${ours.length} comments`;
    }, patience);
  const namespaceOf = async (of: Pull) => (await previewOf(of))?.namespace ?? '';

  function explainFailure(): void {
    onTestFailed(async () => {
      console.log(JSON.stringify(await tenant.statusOf('web').catch(String), undefined, 2));
      console.log(await kubectl('get', 'asvc,jobs,pods,deployments', '-A', '-o', 'wide').catch(String));
      console.log(JSON.stringify(repository().comments, undefined, 2));
    });
  }

  it('E14 E15 a pull request with the label waits for its image, and says so', async () => {
    explainFailure();
    pull = forge.github.world.open(repository(), { branch: 'feat-x', author: 'shop' });
    forge.github.world.label(repository(), pull, 'preview');
    await state(pull).toBe('Waiting ImagePending');
    await told(pull).toContain(`waiting for the image localhost:7070/shop/web of ${pull.head.sha.slice(0, 7)}`);
    expect(await read('.metadata.name', 'namespace', first, 'default')).toBe('');
  });

  it('E14 E17 with its image it is delivered: the host is in the Ingress, the address on the pull request', async () => {
    explainFailure();
    await buildImage(stage, `sha-${pull.head.sha.slice(0, 7)}`);
    await state(pull).toBe('Ready Delivered');
    const host = 'preview-feat-x-1-shop.example.org';
    const rule = '.spec.rules[0].host} {.spec.tls[0].hosts[0]';
    expect(await read(rule, 'ingress', 'web-feat-x-1', first)).toBe(`${host} ${host}`);
    const image = '.spec.template.spec.containers[0].image';
    const wanted = `localhost:7070/shop/web:sha-${pull.head.sha.slice(0, 7)}`;
    expect(await read(image, 'deployment', 'web-feat-x-1', first)).toBe(wanted);
    expect((await tenant.statusOf('web')).previewURLs).toEqual({ [first]: [`https://${host}`] });
    await told(pull).toMatch(/\*\*is ready\*\*[\s\S]*https:\/\/preview-feat-x-1-shop\.example\.org/);
    // The Service itself is as it was.
    expect(await read('.spec.rules[0].host', 'ingress', 'web', 'shop')).toBe('shop.example.org');
  });

  it('E15 a push: what runs stays until the image of the new commit is there', async () => {
    explainFailure();
    const before = await read('.spec.template.spec.containers[0].image', 'deployment', 'web-feat-x-1', first);
    forge.github.world.push(repository(), pull);
    await state(pull).toBe('Ready ImagePending');
    await told(pull).toContain('stays');
    const tag = `sha-${pull.head.sha.slice(0, 7)}`;
    expect(before).not.toContain(tag);
    await buildImage(stage, tag);
    await expect
      .poll(() => read('.spec.template.spec.containers[0].image', 'deployment', 'web-feat-x-1', first), patience)
      .toBe(`localhost:7070/shop/web:${tag}`);
    await state(pull).toBe('Ready Delivered');
  });

  it('E15 a newer one puts it to sleep, and leaves the namespace of its name to whom it belongs', async () => {
    explainFailure();
    other = forge.github.world.open(repository(), { branch: 'taken', author: 'shop', labels: ['preview'] });
    await buildImage(stage, `sha-${other.head.sha.slice(0, 7)}`);
    await state(other).toBe('Ready Delivered');
    expect(await namespaceOf(other)).toMatch(/^preview-taken-2-[0-9a-f]{8}$/);
    await state(pull).toBe('Asleep QuotaReached');
    await replicas(first, 'web-feat-x-1').toBe('0');
    await told(pull).toMatch(/\*\*is asleep\*\*[\s\S]*\/preview wake/);
  });

  it('a comment /preview wake wakes it, as many pods as there were; by a stranger it does nothing', async () => {
    explainFailure();
    forge.github.world.comment(repository(), pull.number, 'stranger', '/preview stop');
    forge.github.world.comment(repository(), pull.number, 'shop', '/preview wake');
    await replicas(first, 'web-feat-x-1').toBe('2');
    await state(pull).toBe('Ready Delivered');
    await state(other).toBe('Asleep QuotaReached');
    await replicas(await namespaceOf(other), 'web-taken-2').toBe('0');
  });

  it('so does the annotation alustan.io/wake on the Service of the preview', async () => {
    explainFailure();
    const namespace = await namespaceOf(other);
    await kubectl('annotate', 'asvc', 'web', '-n', namespace, 'alustan.io/wake=1');
    await replicas(namespace, 'web-taken-2').toBe('2');
    await state(other).toBe('Ready Delivered');
    await state(pull).toBe('Asleep QuotaReached');
  });

  it('E16 a revoked token removes nothing, though the pull request is closed meanwhile; afterwards it goes', async () => {
    explainFailure();
    const { logins, world, seen } = forge.github;
    logins.revoke(token);
    const problem = async () => (await tenant.statusOf('web')).previewProblem;
    await expect.poll(async () => (await problem())?.reason, patience).toBe('Unauthorized');
    expect((await problem())?.message).toContain('put a new one into its Secret');
    world.close(repository(), pull, true);
    const refused = () => seen.filter(({ status }) => status === 401).length;
    const asked = refused();
    await expect.poll(refused, patience).toBeGreaterThan(asked + 2);
    // A pass that has seen the failure once more.
    await kubectl('annotate', 'asvc', 'web', '-n', await namespaceOf(other), 'e2e/looked-at=1');
    expect(await read('.status.phase', 'namespace', first, 'default')).toBe('Active');
    expect(await read('.metadata.name}{.metadata.deletionTimestamp', 'asvc', 'web', first)).toBe('web');
    logins.restore(token);
    await expect.poll(() => read('.metadata.name', 'namespace', first, 'default'), patience).toBe('');
    await told(pull).toMatch(/\*\*is removed\*\*[\s\S]*the pull request was merged/);
    expect(await problem()).toBeUndefined();
    expect(await previewOf(pull)).toBeUndefined();
  });

  it('E10 E16 the Service is deleted without GitHub: its previews go first, and nothing of others', async () => {
    explainFailure();
    const namespace = await namespaceOf(other);
    forge.fault((_, response) => response.destroy());
    await tenant.remove('web');
    await tenant.gone('web');
    expect(await read('.metadata.name', 'namespace', namespace, 'default')).toBe('');
    expect(await read('.status.phase', 'namespace', second, 'default')).toBe('Active');
    const statuses = repository().statuses.filter(({ context }) => context === 'alustan/preview/shop/web');
    expect(statuses.filter(({ state }) => state === 'success').length).toBeGreaterThan(0);
    expect(forge.github.unknown).toEqual([]);
  });
});
