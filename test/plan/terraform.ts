import { parseTerraform, type TerraformObject } from '../../src/api/terraform-object.ts';
import type { TerraformReport, TerraformStatus } from '../../src/api/terraform-status.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { KubeObject } from '../../src/core/resource.ts';
import type { Failure } from '../../src/core/result.ts';
import type { RunEnd } from '../../src/core/terraform-run.ts';
import { finalizer } from '../../src/plan/terraform/deletion.ts';
import type { Run, TerraformFacts } from '../../src/plan/terraform/facts.ts';
import { planTerraform } from '../../src/plan/terraform/plan.ts';
import { clusterSecret, merge, now, peer, pullable, result, type Given as ServiceGiven, settings } from './service.ts';

export { now };

/** What a case may say; the rest is the quiet default: section G's document, its image at 1.0.2. */
export type Given = Readonly<{
  /** Deep-merged into the spec of section G; null removes. */
  spec?: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  status?: Record<string, unknown>;
  /** True: what is desired is deployed, its outputs are not read yet; `read`: those, too. */
  deployed?: boolean | 'read';
  clusterSecrets?: ServiceGiven['clusterSecrets'];
  peers?: ServiceGiven['peers'];
  tags?: ServiceGiven['tags'];
  /** A tag that came after what is deployed. */
  newer?: string;
  pullable?: ServiceGiven['pullable'];
  jobs?: readonly (Omit<Partial<Run>, 'end'> & { name: string; end?: Partial<RunEnd> })[];
  strays?: readonly string[];
  settings?: Partial<TerraformFacts['settings']>;
  givenSecrets?: readonly string[];
  kept?: TerraformFacts['kept'];
  namespaceTerminating?: boolean;
  noAccount?: Failure;
}>;

const infrastructure = {
  variables: { TF_VAR_workspace: 'staging', TF_VAR_region: 'us-east-1' },
  scripts: { deploy: 'deploy', destroy: 'destroy -c' },
  postDeploy: { script: 'aws-resource', args: { workspace: 'TF_VAR_workspace', region: 'TF_VAR_region' } },
  containerRegistry: { provider: 'docker', imageName: 'alustan/infrastructure', semanticVersion: '~1.0.0' },
};
const image = 'alustan/infrastructure:1.0.2';
const appliedAt = '2026-11-21T11:00:00Z';

export function objectOf(given: Given): TerraformObject {
  const object: KubeObject = {
    apiVersion: 'alustan.io/v1alpha1',
    kind: 'Terraform',
    metadata: {
      name: 'staging-cluster',
      namespace: 'shop',
      uid: 't1',
      generation: 1,
      creationTimestamp: '2026-11-21T09:00:00Z',
      finalizers: [finalizer],
      ...given.metadata,
    },
    spec: withoutNull(merge(infrastructure, given.spec ?? {})),
    ...(given.status === undefined ? {} : { status: given.status as TerraformStatus }),
  };
  const parsed = parseTerraform(object);
  if (!parsed.ok) throw new Error(parsed.failure.message);
  return parsed.value;
}

export function factsOf(given: Given): TerraformFacts {
  const known = ['1.0.1', '1.0.2', ...(given.newer === undefined ? [] : [given.newer])];
  const tags = given.tags ?? known;
  return {
    installationKey: 'key',
    settings: { ...settings, ...given.settings },
    clusterSecrets: (given.clusterSecrets ?? []).map(clusterSecret),
    peers: (given.peers ?? []).map(peer),
    ...(tags === 'absent' ? {} : { tags: result(tags) }),
    pullable: pullable(given.pullable ?? Object.fromEntries(known.map((tag) => [tag, true]))),
    jobs: (given.jobs ?? []).map(run),
    strays: given.strays ?? [],
    givenSecrets: given.givenSecrets ?? [],
    kept: given.kept ?? {},
    namespaceTerminating: given.namespaceTerminating ?? false,
    ...(given.noAccount === undefined ? {} : { noAccount: given.noAccount }),
  };
}

type Planned = { plan: Plan<TerraformReport>; words: Readonly<Record<string, string>> };

/**
 * Plans a case. In it `$hash` stands for the hash of what it desires, `$plan` for that of its plan script, `$post` for that
 * of its outputs, `$drift` for that of a look for drift, `$vars` for that of its variables, `$pod` for that of how its pods are made.
 */
export function planCase(written: Given): Planned {
  const given = fill(written, { $long: 'x'.repeat(128 * 1024), $fits: 'x'.repeat(100 * 1024) });
  const $plan = given.spec?.['approval'] === 'manual' ? hashOfRun(given, {}) : 'none';
  const approved = { hash: 'h', inputsHash: $plan, summary: 's', secret: 's', createdAt: 'T', approvedAt: 'T' };
  const $hash = hashOfRun(given, { plan: approved });
  const applied = { image, lastAppliedImage: image, lastAppliedHash: $hash, lastAppliedAt: appliedAt };
  const $post = hashOfRun(given, applied);
  const read = { ...applied, postDeployHash: $post };
  const $drift = hashOfRun({ ...given, spec: { ...given.spec, driftInterval: '1s', publish: null } }, read);
  // Of the lock as it was when the run died, its words not masked yet; or of one that a person says is to be freed.
  const lock = given.status?.['lock'] as { run?: object } | undefined;
  const dead = { lock: lock?.run === undefined ? lock : { ...lock, run: {} } };
  const $unlock = hashOfRun(given, dead, given.metadata);
  const $vars =
    JSON.stringify(given).includes('$vars') || given.metadata?.['deletionTimestamp'] === undefined
      ? (runOf(given, {})?.run.variablesHash ?? 'none')
      : 'none';
  const $pod = JSON.stringify(given).includes('$pod') ? podHashOf(given) : 'none';
  const words = { $hash, $plan, $post, $drift, $unlock, $vars, $pod };
  const filled = fill(given, words);
  const status = { ...(given.deployed === 'read' ? read : given.deployed === true ? applied : {}), ...filled.status };
  const full = { ...filled, status };
  return { plan: planTerraform(objectOf(full), factsOf(full), now), words };
}

export function fill<T>(value: T, words: Readonly<Record<string, string>>): T {
  return JSON.parse(
    JSON.stringify(value).replaceAll(
      /\$(hash|plan|post|drift|unlock|vars|pod|long|fits)\b/g,
      (word) => words[word] ?? word,
    ),
  ) as T;
}

/** The hash of the run that would be started with this status, if nothing stood in its way. */
function hashOfRun(given: Given, applied: object, asked?: Given['metadata']): string {
  const isDeleted = given.metadata?.['deletionTimestamp'] !== undefined;
  return isDeleted ? 'none' : (runOf(given, applied, asked)?.inputsHash ?? 'none');
}

function podHashOf(given: Given): string {
  return runOf(given, {})?.run.podHash ?? 'none';
}

function runOf({ spec, clusterSecrets, tags, pullable, status = {} }: Given, applied: object, asked = {}) {
  const { image: chosen = image } = status as { image?: string };
  const quiet: Given = {
    spec: { ...spec, suspend: false, dependencies: null, window: null },
    metadata: asked,
    ...(clusterSecrets && { clusterSecrets }),
    ...(tags && { tags }),
    ...(pullable && { pullable }),
    status: { image: chosen, ...applied },
  };
  const { groups } = planTerraform(objectOf(quiet), factsOf(quiet), now);
  const action = groups.flatMap((group) => group.actions).find((item) => item.type === 'run-job');
  return action?.type === 'run-job' && action.job.run.type === 'terraform'
    ? { inputsHash: action.job.inputsHash, run: action.job.run }
    : undefined;
}

function run({ end, ...given }: NonNullable<Given['jobs']>[number]): Run {
  return {
    uid: `uid-${given.name}`,
    purpose: 'deploy',
    inputsHash: 'none',
    attempt: 1,
    phase: 'active',
    began: true,
    alive: given.phase === undefined || given.phase === 'active',
    ...given,
    ...(end === undefined ? {} : { end: { tail: [], ...end } }),
  };
}

function withoutNull(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutNull(item)]));
}
