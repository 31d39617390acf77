import { describe, expect, it } from 'vitest';
import { dig, mapsOf } from '../object.ts';
import { type Context, configMap, corePath, deployment, uniqueName } from './context.ts';

/** What the parts share: names and paths. */
function shared(context: Context) {
  const core = (plural: string, name = ''): string => corePath(context.namespace, plural, name);
  const deployments = (): string => `/apis/apps/v1/namespaces/${context.namespace}/deployments`;
  return { core, deployments };
}

type Shared = ReturnType<typeof shared>;

/** What the API server itself does to objects: defaults, allocations, rules of built-in kinds. */
export function admissionContract(context: Context): void {
  const help = shared(context);
  describe('built-in kinds', () => {
    builtInKindsTests1(context, help);
    builtInKindsTests2(context, help);
    builtInKindsTests3(context, help);
    builtInKindsTests4(context, help);
  });
}

function builtInKindsTests1(context: Context, { deployments }: Shared): void {
  it('namespaces carry their name as a label and are active', async () => {
    const { body } = await context.client.get(`/api/v1/namespaces/${context.namespace}`);
    expect(dig(body, 'metadata', 'labels')).toEqual({ 'kubernetes.io/metadata.name': context.namespace });
    expect(body).toMatchObject({ spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } });
  });

  it('a namespace must exist', async () => {
    const { status, body } = await context.client.post(corePath('nowhere', 'configmaps'), configMap('any'));
    expect([status, body['message']]).toEqual([404, 'namespaces "nowhere" not found']);
  });

  it('a Deployment gets its defaults', async () => {
    const { body } = await context.client.post(deployments(), deployment(uniqueName('defaults')));
    expect(body['spec']).toMatchObject({
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
    });
    expect(dig(body, 'spec', 'template', 'spec')).toEqual({
      containers: [
        {
          name: 'main',
          image: 'example.com/app:1',
          imagePullPolicy: 'IfNotPresent',
          resources: {},
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
        },
      ],
      dnsPolicy: 'ClusterFirst',
      restartPolicy: 'Always',
      schedulerName: 'default-scheduler',
      securityContext: {},
      terminationGracePeriodSeconds: 30,
    });
  });
}

function builtInKindsTests2(context: Context, { core, deployments }: Shared): void {
  it('a selector must match the template, and does not change', async () => {
    const stranger = deployment(uniqueName('stranger'), { selector: { matchLabels: { app: 'other' } } });
    const refused = await context.client.post(deployments(), stranger);
    expect([refused.status, dig(refused.body, 'details', 'causes')]).toMatchObject([
      422,
      [{ field: 'spec.template.metadata.labels' }],
    ]);
    const name = uniqueName('selector');
    await context.client.post(deployments(), deployment(name));
    const patch = {
      spec: { selector: { matchLabels: { more: 'x' } }, template: { metadata: { labels: { more: 'x' } } } },
    };
    const changed = await context.client.patch(`${deployments()}/${name}`, 'merge', patch);
    expect(changed.status).toBe(422);
    expect(changed.body['message']).toContain('field is immutable');
  });

  it('a Service gets an address, which does not change', async () => {
    const name = uniqueName('svc');
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ port: 80 }] } };
    const made = await context.client.post(core('services'), service);
    expect(made.body['spec']).toMatchObject({
      type: 'ClusterIP',
      clusterIP: expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/),
      sessionAffinity: 'None',
      internalTrafficPolicy: 'Cluster',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
    });
    const moved = await context.client.patch(core('services', name), 'merge', {
      spec: { clusterIP: '10.96.200.200' },
    });
    expect(moved.status).toBe(422);
  });

  it('a Secret takes stringData, and does not change once immutable', async () => {
    const name = uniqueName('secret');
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData: { a: 'b' }, immutable: true };
    const made = await context.client.post(core('secrets'), secret);
    expect(made.body).toMatchObject({ type: 'Opaque', data: { a: 'Yg==' } });
    expect(made.body['stringData']).toBeUndefined();
    const changed = await context.client.patch(core('secrets', name), 'merge', { data: { a: 'Yw==' } });
    expect([changed.status, changed.body['message']]).toEqual([
      422,
      `Secret "${name}" is invalid: data: Forbidden: field is immutable when \`immutable\` is set`,
    ]);
  });
}

function builtInKindsTests3(context: Context, { core }: Shared): void {
  it('a Job gets a selector and labels, and its template does not change', async () => {
    const name = uniqueName('job');
    const path = `/apis/batch/v1/namespaces/${context.namespace}/jobs`;
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'example.com/app:1' }] } };
    const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec: { suspend: true, template } };
    const made = await context.client.post(path, job);
    const uid = dig(made.body, 'metadata', 'uid');
    expect(made.body['spec']).toMatchObject({
      backoffLimit: 6,
      completions: 1,
      parallelism: 1,
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } },
      template: { metadata: { labels: { 'batch.kubernetes.io/job-name': name, 'job-name': name } } },
    });
    const always = {
      ...job,
      metadata: { name: uniqueName('always') },
      spec: { template: { spec: { ...template.spec, restartPolicy: 'Always' } } },
    };
    const refused = await context.client.post(path, always);
    expect([refused.status, refused.body['message']]).toEqual([
      422,
      `Job.batch "${always.metadata.name}" is invalid: spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"`,
    ]);
  });

  it('an Event is one object in both of its groups', async () => {
    const name = uniqueName('event');
    const { namespace } = context;
    const about = { kind: 'ConfigMap', namespace, name: 'x', apiVersion: 'v1' };
    const event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name },
      involvedObject: about,
      reason: 'Tested',
      message: 'hello',
      type: 'Normal',
      source: { component: 'contract' },
    };
    expect((await context.client.post(core('events'), event)).status).toBe(201);
    const other = await context.client.get(`/apis/events.k8s.io/v1/namespaces/${namespace}/events/${name}`);
    expect(other.body).toMatchObject({ apiVersion: 'events.k8s.io/v1', regarding: about, note: 'hello' });
    const found = await context.client.get(`${core('events')}?fieldSelector=involvedObject.name%3Dx`);
    expect(mapsOf(found.body['items'])).toHaveLength(1);
  });
}

function builtInKindsTests4(context: Context, { deployments }: Shared): void {
  it('scale is a subresource of its own', async () => {
    const name = uniqueName('scale');
    const path = `${deployments()}/${name}/scale`;
    await context.client.post(deployments(), deployment(name, { paused: true }));
    const before = await context.client.get(path);
    expect(before.body).toMatchObject({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      status: { selector: `app=${name}` },
    });
    await context.client.patch(path, 'merge', { spec: { replicas: 0 } });
    expect((await context.client.get(path)).body['spec']).toEqual({});
  });
}
