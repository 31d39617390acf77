import { describe, expect, it } from 'vitest';
import type { Action, FeedbackAction, JobRequest } from '../core/plan.ts';
import type { KubeObject } from '../core/resource.ts';
import type { Result } from '../core/result.ts';
import { KubeError } from '../kube/client.ts';
import { carryOutWith } from './carry-out.ts';
import type { Applied } from './contract.ts';
import { secretBudget } from './helm-job.ts';
import { JobApplier } from './job.ts';
import { ObjectApplier } from './objects.ts';
import { FakeApi, terraformRun } from './testing.ts';

const { signal } = new AbortController();
const ref = { apiVersion: 'alustan.io/v1alpha1', kind: 'Service', namespace: 'shop', name: 'web' };
const finalizer = 'service.finalizer.alustan.io';
const actAs = { namespace: 'shop', serviceAccount: 'tenant' };
const service = (more: Partial<KubeObject['metadata']> = {}): KubeObject => ({
  apiVersion: ref.apiVersion,
  kind: ref.kind,
  metadata: { namespace: 'shop', name: 'web', uid: 'u1', ...more },
});
const config: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'shop', name: 'a' } };
/** It belongs to a Service of this uid. */
function owned(uid: string): KubeObject {
  const { apiVersion, kind, name } = ref;
  const ownerReferences = [{ apiVersion, kind, name, uid, controller: true }];
  return { ...config, metadata: { ...config.metadata, ownerReferences } };
}
const job: JobRequest = {
  owner: { ...ref, uid: 'u1' },
  name: 'web-1-1',
  namespace: 'shop',
  attempt: 1,
  inputsHash: '1',
  serviceAccount: 'runner',
  run: {
    type: 'helm-install',
    release: 'web',
    namespace: 'shop',
    chartDigest: 'sha256:x',
    values: {},
    sensitive: [],
    labels: {},
    wait: false,
    conflicts: 'force',
    timeoutSeconds: 300,
  },
};

const infrastructure: JobRequest = {
  ...job,
  run: { ...terraformRun, variablesHash: 'h', keep: { secret: 'web-variables-1', sensitive: [] } },
};

const chart = Buffer.alloc(secretBudget * 2, 'chart');

type ClusterAction = Exclude<Action, FeedbackAction>;

function applierOf(api: FakeApi, action: ClusterAction): () => Promise<Result<Applied>> {
  const client = api.client();
  if (action.type === 'run-job') {
    const jobs = new JobApplier(client, { image: 'runner', command: ['alustan'] }, async () => chart);
    return () => jobs.apply(action, signal);
  }
  const objects = new ObjectApplier(client);
  return () => objects.apply(action, signal);
}

/** Every action on the cluster that there is, with what is there before it. */
const subjects: { action: ClusterAction; before: KubeObject[] }[] = [
  { action: { type: 'add-finalizer', object: ref, finalizer }, before: [service()] },
  { action: { type: 'remove-finalizer', object: ref, finalizer }, before: [service({ finalizers: [finalizer, 'b'] })] },
  { action: { type: 'apply-object', object: config, actAs, force: true, origin: 'a.yaml:3' }, before: [] },
  {
    action: { type: 'apply-object', object: owned('u1'), actAs, force: true, origin: 'a.yaml:3', owned: true },
    before: [],
  },
  {
    action: { type: 'apply-object', object: owned('u1'), actAs, force: true, origin: 'a.yaml:3', owned: true },
    before: [owned('u1')],
  },
  { action: { type: 'create-object', object: config }, before: [] },
  { action: { type: 'replace-object', object: config }, before: [] },
  { action: { type: 'replace-object', object: config }, before: [config] },
  { action: { type: 'delete-object', object: { ...config, ...config.metadata }, actAs }, before: [config] },
  { action: { type: 'run-job', job }, before: [] },
  { action: { type: 'run-job', job: infrastructure }, before: [] },
];

describe.each(subjects)('the applier of $action.type', ({ action, before }) => {
  const setUp = () => {
    const api = new FakeApi();
    for (const object of before) api.put(object);
    return { api, apply: applierOf(api, action) };
  };
  const names = (api: FakeApi) => [...api.objects.keys()].sort();

  it('does it, and doing it again changes nothing', async () => {
    const { api, apply } = setUp();
    expect(await apply()).toMatchObject({ ok: true });
    const [after, finalizers] = [names(api), api.objects.get('Service shop/web')?.metadata.finalizers];
    expect(await apply()).toMatchObject({ ok: true });
    expect(names(api)).toEqual(after);
    expect(api.objects.get('Service shop/web')?.metadata.finalizers).toEqual(finalizers);
  });

  it('comes to the same end after a crash at any request', async () => {
    const whole = setUp();
    await whole.apply();
    for (let survived = 0; survived < whole.api.requests.length; survived += 1) {
      const { api, apply } = setUp();
      api.dieAfter = survived;
      expect(await apply()).toMatchObject({ ok: false, failure: { kind: 'transient' } });
      api.dieAfter = Number.POSITIVE_INFINITY;
      expect(await apply()).toMatchObject({ ok: true });
      expect(names(api)).toEqual(names(whole.api));
    }
  });

  it.each([
    [new KubeError(403, 'Forbidden', 'no rights'), 'invalid', 'Forbidden'],
    [new KubeError(403, 'Forbidden', 'namespace shop is being terminated'), 'waiting', 'NamespaceTerminating'],
    [new KubeError(422, 'Invalid', 'spec.x: bad'), 'invalid', 'Rejected'],
    [new KubeError(409, 'Conflict', 'modified'), 'transient', 'Conflict'],
    [new KubeError(503, 'ServiceUnavailable', 'later', 7000), 'transient', 'ApiServerUnavailable'],
    [new TypeError('a fault'), 'transient', 'Unexpected'],
  ])('never rejects: %s is a failure that names the object', async (error, kind, reason) => {
    const { api, apply } = setUp();
    api.error = error;
    const answer = await apply();
    expect(answer).toMatchObject({ ok: false, failure: { kind, reason } });
    const message = answer.ok ? '' : answer.failure.message;
    expect(message).toMatch(/(Service web|ConfigMap a|Job web-1-1) in namespace shop: /);
    expect(message).toContain(error.message);
    if (action.type === 'apply-object') expect(message).toMatch(/^a.yaml:3: applying/);
  });

  it('E33 acts as the tenant on what is the tenant’s', async () => {
    const { api, apply } = setUp();
    await apply();
    const tenant = action.type === 'run-job' ? 'shop/runner' : 'shop/tenant';
    const who = 'actAs' in action || action.type === 'run-job' ? tenant : undefined;
    const changing = api.requests.filter(({ verb }) => verb !== 'list');
    expect(new Set(changing.map((request) => request.who))).toEqual(new Set([who]));
  });
});

describe('the appliers', () => {
  it('E15 create nothing over what others made', async () => {
    const api = new FakeApi();
    api.put(config);
    const sealed = { ...config, metadata: { ...config.metadata, annotations: { seal: 'ours' } } };
    const answer = await applierOf(api, { type: 'create-object', object: sealed })();
    expect(answer).toMatchObject({ ok: false, failure: { reason: 'Conflict' } });
    expect(api.objects.get('ConfigMap shop/a')?.metadata.annotations).toBeUndefined();
  });

  it.each([
    ['somebody', config, 'Service web needs, is not its own'],
    ['another', owned('u2'), 'Service web needs, is that of Service web'],
  ])('leave alone what %s has made under a name of ours', async (_who, before, words) => {
    const api = new FakeApi();
    api.put(before);
    const answer = await applierOf(api, { type: 'apply-object', object: owned('u1'), force: true, owned: true })();
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'invalid', reason: 'Conflict' } });
    expect(answer.ok ? '' : answer.failure.message).toContain(
      `ConfigMap a in namespace shop, which ${words}: rename or remove it`,
    );
    expect(api.objects.get('ConfigMap shop/a')?.metadata.ownerReferences).toEqual(before.metadata.ownerReferences);
  });

  it.each([
    ['is being deleted', service({ deletionTimestamp: 'now' })],
    ['was made anew since', service({ uid: 'u2' })],
    ['is gone', undefined],
  ])('E10 E30 add no finalizer to what %s, and nothing that would need it follows', async (_, there) => {
    const api = new FakeApi();
    if (there !== undefined) api.put(there);
    const client = api.client();
    const jobs = new JobApplier(client, { image: 'r', command: [] }, async () => chart);
    const feedback = { apply: async () => Promise.reject(new Error('not of this test')) };
    const carryOut = carryOutWith(jobs, new ObjectApplier(client), feedback);
    const hold = { type: 'add-finalizer', object: { ...ref, uid: 'u1' }, finalizer } as const;
    const groups = [
      { name: 'finalizer', actions: [hold] },
      { name: 'job', actions: [{ type: 'run-job', job: infrastructure } as const] },
    ];
    const { failure } = await carryOut(groups, signal);
    expect(failure).toMatchObject({ kind: 'waiting', reason: 'Deleting' });
    expect(api.objects.get('Service shop/web')?.metadata.finalizers).toBeUndefined();
    expect([...api.objects.keys()].filter((id) => id.startsWith('Job'))).toEqual([]);
  });

  it('E10 count what is gone as done', async () => {
    const api = new FakeApi();
    const remove = { type: 'remove-finalizer', object: ref, finalizer } as const;
    expect(await applierOf(api, remove)()).toEqual({ ok: true, value: { state: 'done' } });
    const object = { ...config, ...config.metadata };
    expect(await applierOf(api, { type: 'delete-object', object })()).toMatchObject({ ok: true });
  });

  it('let missing rights pass where a deletion is only an attempt', async () => {
    const api = new FakeApi();
    api.error = new KubeError(403, 'Forbidden', 'no rights');
    const action = { type: 'delete-object', object: { ...config, ...config.metadata }, bestEffort: true } as const;
    expect(await applierOf(api, action)()).toEqual({ ok: true, value: { state: 'done' } });
  });

  it('E20 read a chart again that is not at hand, and make no Job of it', async () => {
    const api = new FakeApi();
    const jobs = new JobApplier(api.client(), { image: 'r', command: [] }, async () => undefined);
    const answer = await jobs.apply({ type: 'run-job', job }, signal);
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'transient', reason: 'ChartNotAtHand' } });
    expect(api.requests).toEqual([]);
  });

  it.each([
    ['refused: its values do not stay', new KubeError(403, 'Forbidden', 'exceeded quota'), []],
    ['not answered: it may be there', new KubeError(504, 'Timeout', 'later'), ['Secret shop/web-1-1']],
  ])('E33 the Secrets of a Job that was %s', async (_, error, left) => {
    const api = new FakeApi();
    const client = api.client();
    const as = () => ({
      ...client,
      create: async (object: KubeObject) => (object.kind === 'Job' ? Promise.reject(error) : client.create(object)),
    });
    const jobs = new JobApplier({ ...client, as }, { image: 'r', command: [] }, async () => Buffer.from('chart'));
    expect(await jobs.apply({ type: 'run-job', job }, signal)).toMatchObject({ ok: false });
    expect([...api.objects.keys()].filter((id) => id.startsWith('Secret'))).toEqual(left);
  });
});

describe('carrying out', () => {
  const say = (name: string, ok = true): Action => ({
    type: 'delete-object',
    object: { apiVersion: 'v1', kind: ok ? 'Good' : 'Bad', name },
  });
  const run = async (groups: Parameters<ReturnType<typeof carryOutWith>>[0]) => {
    const done: string[] = [];
    const apply = async (action: Action): Promise<Result<Applied>> => {
      if (action.type !== 'delete-object') throw new Error('not of this test');
      const { kind, name } = action.object;
      done.push(name);
      if (kind === 'Good') return { ok: true, value: { state: 'done', object: { ...config, kind: name } } };
      const failed = name === 'worst' ? ('invalid' as const) : ('transient' as const);
      return { ok: false, failure: { kind: failed, reason: 'No', message: `${name} failed` } };
    };
    const carried = await carryOutWith({ apply }, { apply }, { apply })(groups, signal);
    return { done, carried };
  };

  it('goes through the groups in order and tells what the objects are since', async () => {
    const { done, carried } = await run([
      { name: '1', actions: [say('a'), say('b')] },
      { name: '2', actions: [say('c')] },
    ]);
    expect(done).toEqual(['a', 'b', 'c']);
    expect(carried.failure).toBeUndefined();
    expect(carried.objects.map(({ kind }) => kind)).toEqual(['a', 'b', 'c']);
  });

  it('ends after a group with a failure', async () => {
    const { done, carried } = await run([
      { name: '1', actions: [say('a', false), say('b')] },
      { name: '2', actions: [say('c')] },
    ]);
    expect(done).toEqual(['a', 'b']);
    expect(carried.failure?.message).toBe('a failed');
  });

  it('goes on after one that says so, and tells the failure that needs a person first, with all messages', async () => {
    const { done, carried } = await run([
      { name: '1', actions: [say('a', false), say('worst', false)], continueOnError: true },
      { name: '2', actions: [say('c')] },
    ]);
    expect(done).toEqual(['a', 'worst', 'c']);
    expect(carried.failure).toMatchObject({ kind: 'invalid', message: 'a failed; worst failed' });
  });
});
