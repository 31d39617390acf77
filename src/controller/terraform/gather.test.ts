import { describe, expect, it } from 'vitest';
import { parseTerraform, type TerraformObject } from '../../api/terraform-object.ts';
import { jobLabels, ownerLabel } from '../../apply/job-shape.ts';
import { silent } from '../../core/log.ts';
import type { KubeObject } from '../../core/resource.ts';
import { ok } from '../../core/result.ts';
import { type KubeClient, KubeError } from '../../kube/client.ts';
import { Store } from '../../kube/reflector/store.ts';
import { byJob, byObject, byOwner, type Caches, jobNames, objectNames, ownerId } from '../caches.ts';
import { graphIndexers } from '../graph.ts';
import { GivenSecrets } from './env-secrets.ts';
import { type GatherTools, gatherTerraform } from './gather.ts';

const { signal } = new AbortController();

function terraform(purpose: string, metadata: { name?: string; deletionTimestamp?: string } = {}): TerraformObject {
  const parsed = parseTerraform({
    apiVersion: 'alustan.io/v1alpha1',
    kind: 'Terraform',
    metadata: { name: 'db', namespace: 'shop', uid: 't', ...metadata },
    spec: { containerRegistry: { imageName: 'infra', semanticVersion: '*' } },
    status: { job: { name: 'j', purpose, attempt: 1, inputsHash: 'h', startedAt: 'T' } },
  });
  if (!parsed.ok) throw new Error(parsed.failure.message);
  return parsed.value;
}

const ended = { phase: 'Failed', containerStatuses: [{ name: 'terraform', state: { terminated: { exitCode: 3 } } }] };

/** A Job that has failed with its pod, and a pod whose Job is gone; `cached`: that pod as far as the cache knows. */
function setUp(
  purpose: string,
  log: string | KubeError,
  name = 'db',
  cached: object | null = ended,
  conditions: object[] = [{ type: 'Failed', status: 'True' }],
  live: object[] | null = conditions,
) {
  const cache = (indexers: ConstructorParameters<typeof Store>[0], ...objects: object[]) => {
    const store = new Store(indexers, silent);
    for (const object of objects as KubeObject[]) store.put(object);
    return store;
  };
  const owner = { [jobLabels.kind]: 'Terraform', [jobLabels.name]: ownerLabel(name) };
  const metadata = { namespace: 'shop', resourceVersion: '1', labels: { ...owner, 'alustan.io/purpose': purpose } };
  const failed = { conditions: [{ type: 'Failed', status: 'True' }] };
  const job = { kind: 'Job', metadata: { ...metadata, name: 'j', uid: 'j' }, status: { conditions } };
  const pod = (name: string, of: string, status: object) => {
    return {
      kind: 'Pod',
      metadata: { ...metadata, name, uid: name, labels: { ...owner, 'batch.kubernetes.io/job-name': of } },
      status,
    };
  };
  const caches = {
    jobs: cache(
      {
        [byOwner]: ({ metadata: { name } }) => [ownerId('shop', name === 'j' ? 't' : 'one before it')],
        [byObject]: objectNames,
      },
      job,
      { kind: 'Job', metadata: { ...metadata, name: 'elder', uid: 'elder' } },
      { kind: 'Job', metadata: { ...metadata, name: 'ended', uid: 'ended' }, status: failed },
    ),
    pods: cache(
      { [byJob]: jobNames, [byObject]: objectNames },
      ...(cached === null ? [] : [pod('p', 'j', cached)]),
      pod('stray', 'gone', { phase: 'Running' }),
      pod('over', 'gone', { phase: 'Failed' }),
      pod('elder-pod', 'elder', { phase: 'Running' }),
    ),
    services: cache(graphIndexers),
    terraforms: cache(graphIndexers),
    clusterSecrets: cache({}),
    namespaces: cache({}),
  } as unknown as Caches;
  const asked: string[] = [];
  const client = {
    find: async ({ name }: { name: string }) => {
      asked.push(name);
      if (live === null) return undefined;
      return { ...job, status: { conditions: live } };
    },
    list: async (_type: object, options: object) => {
      asked.push(JSON.stringify(options));
      return { items: [pod('p', 'j', ended)], resourceVersion: '9' };
    },
    as: ({ serviceAccount }: { serviceAccount: string }) => ({
      podLog: async () => {
        asked.push(serviceAccount);
        if (typeof log !== 'string') throw log;
        return log;
      },
    }),
  } as unknown as KubeClient;
  const settings = { runner: { serviceAccount: 'alustan-runner' } } as GatherTools['settings'];
  const tools: GatherTools = {
    given: new GivenSecrets(),
    client,
    caches,
    settings,
    installationKey: 'key',
    watches: { keep: () => {} },
    looking: () => {},
    ensureAccount: async () => ok(undefined),
    images: async () => ({ tags: ok(['1.0.0']) }),
  };
  return { tools, asked };
}

const forbidden = new KubeError(403, 'Forbidden', 'pods/log is forbidden');

describe('what a plan is told of a run that has ended', () => {
  it('E31 reads its log as the tenant, and names what runs under its name and is not its own', async () => {
    const { tools, asked } = setUp('deploy', 'first\nlast\n');
    const facts = await gatherTerraform(tools, terraform('deploy'), signal);
    expect(facts.jobs[0]).toMatchObject({ phase: 'failed', end: { exitCode: 3, tail: ['first', 'last'] } });
    expect(facts.strays).toEqual(['elder', 'stray', 'elder-pod']);
    expect([asked, facts.tags]).toEqual([['alustan-runner'], ok(['1.0.0'])]);
  });

  it.each([
    ['still runs', { phase: 'Running' }],
    ['is not there yet', null],
  ])('E31 of two watches either may be ahead: a pod that by the cache %s is looked up', async (_, cached) => {
    const { tools, asked } = setUp('deploy', 'last\n', 'db', cached);
    const [run] = (await gatherTerraform(tools, terraform('deploy'), signal)).jobs;
    expect(run).toMatchObject({ alive: false, began: true, end: { exitCode: 3, tail: ['last'] } });
    expect(asked[0]).toBe('{"namespace":"shop","labelSelector":"batch.kubernetes.io/job-name=j"}');
  });

  it.each([
    ['waits', { phase: 'Pending' }],
    ['is not there yet', null],
  ])('E31 nor is it taken for one that has not begun while by the cache it %s', async (_, cached) => {
    const { tools, asked } = setUp('deploy', '', 'db', cached, []);
    const [run] = (await gatherTerraform(tools, terraform('deploy'), signal)).jobs;
    expect(run).toMatchObject({ phase: 'active', began: true });
    expect(asked).toEqual(['j', '{"namespace":"shop","labelSelector":"batch.kubernetes.io/job-name=j"}']);
  });

  it('E30 E31 nor is a Job taken to wait for its pod that by now has ended, or is gone', async () => {
    const failed = [{ type: 'Failed', status: 'True' }];
    const { tools } = setUp('deploy', 'last\n', 'db', null, [], failed);
    expect((await gatherTerraform(tools, terraform('deploy'), signal)).jobs).toMatchObject([
      { phase: 'failed', began: true, end: { exitCode: 3, tail: ['last'] } },
    ]);
    const gone = setUp('deploy', '', 'db', null, [], null);
    expect((await gatherTerraform(gone.tools, terraform('deploy'), signal)).jobs).toEqual([]);
  });

  it('one that has begun is not asked for', async () => {
    const running = { phase: 'Running', containerStatuses: [{ name: 'terraform', state: { running: {} } }] };
    const { tools, asked } = setUp('deploy', '', 'db', running, []);
    const [run] = (await gatherTerraform(tools, terraform('deploy'), signal)).jobs;
    expect([run?.began, run?.alive, asked]).toEqual([true, true, []]);
  });

  it('E31 an old Job that by the cache still runs is not taken for a run that nobody has recorded', async () => {
    const running = { phase: 'Running', containerStatuses: [{ name: 'terraform', state: { running: {} } }] };
    const { tools } = setUp('deploy', '', 'db', running, [], [{ type: 'Complete', status: 'True' }]);
    const settled = terraform('deploy');
    const job = { ...settled.status.job, name: 'newer', phase: 'succeeded' } as const;
    const facts = await gatherTerraform(tools, { ...settled, status: { job } as typeof settled.status }, signal);
    expect(facts.jobs).toMatchObject([{ name: 'j', phase: 'succeeded' }]);
  });

  it('E31 knows them by a name that no label can hold, and takes none of a name that begins alike', async () => {
    const long = `${'db.'.repeat(80)}x`;
    const { tools } = setUp('deploy', '', long);
    const strays = async (name: string) => (await gatherTerraform(tools, terraform('deploy', { name }), signal)).strays;
    expect(await strays(long)).toEqual(['elder', 'stray', 'elder-pod']);
    expect(await strays(`${long}y`)).toEqual([]);
  });

  it('E33 knows what a run was given from the cluster Secret, also when that is changed before its end', async () => {
    const running = { phase: 'Running', containerStatuses: [{ name: 'terraform', state: { running: {} } }] };
    const begun = setUp('plan', 'old-canary', 'db', running, []);
    const over = setUp('plan', 'old-canary');
    const object = terraform('plan');
    const spec = { ...object.spec, workspace: 'staging', variables: { TF_VAR_x: '${workspace.X}' } };
    const given = async ({ tools: { caches, ...tools } }: typeof begun, value: string, resourceVersion: string) => {
      const metadata = { name: 's', namespace: 'alustan', resourceVersion, labels: { environment: 'staging' } };
      const data = { X: Buffer.from(value).toString('base64') };
      const store = caches.clusterSecrets as unknown as Store;
      store.put({ apiVersion: 'v1', kind: 'Secret', metadata, data });
      const gathering = { ...tools, caches, given: begun.tools.given };
      return (await gatherTerraform(gathering, { ...object, spec }, signal)).givenSecrets;
    };
    expect(await given(begun, 'old-canary', '1')).toEqual([]);
    expect(await given(over, 'new-canary', '2')).toEqual(['old-canary', 'new-canary']);
  });

  it('a log that cannot be read is told, and holds no deploy up', async () => {
    const { tools } = setUp('deploy', forbidden);
    const { jobs } = await gatherTerraform(tools, terraform('deploy'), signal);
    expect(jobs[0]?.end).toMatchObject({
      exitCode: 3,
      tail: [expect.stringMatching(/pods\/log is forbidden: it cannot be read/)],
    });
  });

  it('is waited for where it is what the run was for', async () => {
    const { tools } = setUp('post-deploy', forbidden);
    await expect(gatherTerraform(tools, terraform('post-deploy'), signal)).rejects.toThrow('pods/log is forbidden');
  });

  it('E10 but not by a deletion, for which the registry is not asked either', async () => {
    const { tools } = setUp('post-deploy', forbidden);
    const facts = await gatherTerraform(tools, terraform('post-deploy', { deletionTimestamp: 'T' }), signal);
    expect(facts.jobs[0]?.end).toMatchObject({ exitCode: 3 });
    expect(facts).not.toHaveProperty('tags');
  });
});
