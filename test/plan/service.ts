import type { ServiceObject } from '../../src/api/service.ts';
import { parseService } from '../../src/api/service.ts';
import type { ServiceReport, ServiceStatus } from '../../src/api/service-status.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { KubeObject } from '../../src/core/resource.ts';
import { type Failure, fail, ok, type Result } from '../../src/core/result.ts';
import type { ClusterSecret, Peer } from '../../src/plan/facts.ts';
import { finalizer } from '../../src/plan/service/deletion.ts';
import type { Job, Release, ReleaseObject, ServiceFacts } from '../../src/plan/service/facts.ts';
import { planService } from '../../src/plan/service/plan.ts';

/** The moment of all cases. */
export const now = new Date('2026-11-21T12:00:00Z');
/** Hex of the hash that the default case delivers; cases write `$hash` for it. */
const hashWord = '$hash';

type Failed = { kind: 'invalid' | 'transient' | 'delivery'; reason: string; message: string };
type Maybe<T> = T | { fails: Failed };

/** What a case may say; the rest is the quiet default of `defaults`. */
export type Given = Readonly<{
  /** Deep-merged into the spec of `backend` of section G. */
  spec?: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  status?: Record<string, unknown>;
  clusterSecrets?: readonly Partial<ClusterSecret>[];
  peers?: readonly (Omit<Partial<Peer>, 'dependencies'> & {
    name: string;
    needs?: string[];
    needsTerraform?: string[];
  })[];
  chart?: Maybe<{ commit?: string | null; digest?: string; version?: string; postHooks?: boolean }> | 'absent';
  tags?: Maybe<string[]> | 'absent';
  pullable?: Record<string, boolean | Failed>;
  release?: Maybe<Partial<Release>>;
  noAccount?: Failure;
  objects?: readonly string[];
  jobs?: readonly (Partial<Job> & { name: string })[];
  settings?: Partial<ServiceFacts['settings']>;
  namespaceTerminating?: boolean;
  preview?: NonNullable<ServiceFacts['preview']>;
  previews?: readonly string[];
}>;

export const settings: ServiceFacts['settings'] = {
  retryLimit: 3,
  retryDelayMs: 10_000,
  retryDelayMaxMs: 300_000,
  dependencyTimeoutMs: 600_000,
  imagePollMs: 30_000,
  valuesLimitBytes: 900 * 1024,
  controllerNamespace: 'alustan',
  runner: { serviceAccount: 'alustan-runner', timeoutSeconds: 300 },
};

const backend = {
  workspace: 'staging',
  source: {
    repoURL: 'https://github.com/alustan/cluster-manifests',
    path: 'application-helm',
    releaseName: 'backend-application',
    targetRevision: 'main',
    values: { service: 'backend' },
  },
};

export function objectOf(given: Given): ServiceObject {
  const object: KubeObject = {
    apiVersion: 'alustan.io/v1alpha1',
    kind: 'Service',
    metadata: {
      name: 'api-service',
      namespace: 'shop',
      uid: 'u1',
      generation: 1,
      creationTimestamp: '2026-11-21T09:00:00Z',
      finalizers: [finalizer],
      ...given.metadata,
    },
    spec: merge(backend, given.spec ?? {}),
    ...(given.status === undefined ? {} : { status: given.status as ServiceStatus }),
  };
  const parsed = parseService(object);
  if (!parsed.ok) throw new Error(parsed.failure.message);
  return parsed.value;
}

export function factsOf(given: Given): ServiceFacts {
  return {
    installationKey: 'key',
    settings: { ...settings, ...given.settings },
    clusterSecrets: (given.clusterSecrets ?? []).map(clusterSecret),
    peers: (given.peers ?? []).map(peer),
    ...(given.noAccount === undefined ? {} : { noAccount: given.noAccount }),
    ...(given.chart === 'absent' ? {} : { chart: chart(given.chart ?? {}) }),
    ...(given.tags === undefined || given.tags === 'absent' ? {} : { tags: result(given.tags) }),
    ...(given.pullable === undefined ? {} : { pullable: pullable(given.pullable) }),
    release: given.noAccount === undefined ? release(given.release) : { ok: false, failure: given.noAccount },
    objects: (given.objects ?? []).map(releaseObject),
    jobs: (given.jobs ?? []).map(job),
    namespaceTerminating: given.namespaceTerminating ?? false,
    ...(given.preview === undefined ? {} : { preview: given.preview }),
    ...(given.previews === undefined ? {} : { previews: given.previews }),
  };
}

/** Plans a case. `$hash` anywhere in it stands for the hash of what the case desires. */
export function planCase(given: Given): { plan: Plan<ServiceReport>; hash: string } {
  const hash = desiredHash(given);
  const filled = JSON.parse(JSON.stringify(given).replaceAll(hashWord, hash)) as Given;
  return { plan: planService(objectOf(filled), factsOf(filled), now), hash };
}

/** The hash that a first delivery of these inputs would have. */
function desiredHash({ metadata, status, jobs: _jobs, release: _release, ...given }: Given): string {
  if (metadata?.['deletionTimestamp'] !== undefined) return 'none';
  const image = status?.['image'];
  const fresh: Given = {
    ...given,
    peers: [],
    namespaceTerminating: false,
    ...(image === undefined ? {} : { status: { image } }),
    spec: { ...given.spec, suspend: false, dependencies: {}, window: undefined },
  };
  const plan = planService(objectOf(fresh), factsOf(fresh), now);
  const run = plan.groups.flatMap((group) => group.actions).find((action) => action.type === 'run-job');
  return run?.type === 'run-job' ? run.job.inputsHash : 'none';
}

function isFailed(value: unknown): value is { fails: Failed } {
  return value !== null && typeof value === 'object' && 'fails' in value;
}

export function result<T>(value: Maybe<T>): Result<T> {
  return isFailed(value) ? failed(value.fails) : ok(value);
}

function failed({ kind, reason, message }: Failed): Result<never> {
  return fail(kind, reason, message);
}

export function clusterSecret(secret: Partial<ClusterSecret>): ClusterSecret {
  return { name: 'staging', resourceVersion: '1', environment: 'staging', annotations: {}, data: {}, ...secret };
}

export function peer({ needs = [], needsTerraform = [], ...given }: NonNullable<Given['peers']>[number]): Peer {
  return {
    kind: 'Service',
    uid: `uid-${given.name}`,
    creationTimestamp: '2026-11-21T10:00:00Z',
    deleting: false,
    generation: 1,
    observedGeneration: 1,
    ready: false,
    releaseName: given.name,
    ...given,
    dependencies: { service: needs, terraform: needsTerraform },
  };
}

function chart(given: Exclude<Given['chart'], 'absent' | undefined>): NonNullable<ServiceFacts['chart']> {
  if (isFailed(given)) return failed(given.fails);
  const { commit = '7fd1a60b01f91b314f59955a4e4d4e80d8edf11d', ...rest } = given;
  return ok({
    ...(commit === null ? {} : { commit }),
    digest: 'sha256:c1',
    name: 'application',
    version: '0.1.0',
    postHooks: false,
    ...rest,
  });
}

export function pullable(given: NonNullable<Given['pullable']>): NonNullable<ServiceFacts['pullable']> {
  const notFound: Failed = { kind: 'invalid', reason: 'ManifestUnknown', message: 'manifest unknown' };
  const answer = (value: boolean | Failed): Result<{ digest: string }> => {
    if (value === true) return ok({ digest: 'sha256:abc' });
    return failed(value === false ? notFound : value);
  };
  return Object.fromEntries(Object.entries(given).map(([tag, value]) => [tag, answer(value)]));
}

function release(given: Given['release']): ServiceFacts['release'] {
  if (given === undefined) return ok(undefined);
  if (isFailed(given)) return failed(given.fails);
  return ok({ record: 'record-1', revision: 1, status: 'deployed', chart: 'application-0.1.0', ...given });
}

/** `Deployment shop/api Current`, or with `: message`; without a namespace the object is cluster-scoped. */
function releaseObject(text: string): ReleaseObject {
  const match = /^(\w+) (?:([\w.-]+)\/)?([\w.-]+) (\w+)(?:: (.*))?$/.exec(text);
  if (match === null) throw new Error(`not an object: ${text}`);
  const [, kind = '', namespace, name = '', health, message] = match;
  return {
    ref: { apiVersion: 'v1', kind, name, ...(namespace === undefined ? {} : { namespace }) },
    health: health as ReleaseObject['health'],
    ...(message === undefined ? {} : { message }),
  };
}

function job(given: Partial<Job> & { name: string }): Job {
  return { purpose: 'deliver', inputsHash: 'none', attempt: 1, phase: 'active', ...given };
}

export function merge(base: unknown, over: unknown): unknown {
  if (!isMap(base) || !isMap(over)) return over;
  const merged = { ...base };
  for (const [key, value] of Object.entries(over)) merged[key] = key in base ? merge(base[key], value) : value;
  return merged;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
