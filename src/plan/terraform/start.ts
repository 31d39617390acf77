import type { RunRecord } from '../../api/terraform-status.ts';
import { intervalOr } from '../../core/duration.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { JobRequest } from '../../core/plan.ts';
import type { TerraformPurpose, TerraformRun } from '../../core/terraform-run.ts';
import { nextRecord, noteRetry, type Purpose } from '../attempts.ts';
import { end, report } from '../draft.ts';
import { interruptedReason, tellInterruption } from '../interruptions.ts';
import type { Command } from './command.ts';
import { type Draft, type Ended, forget } from './draft.ts';
import { hashOf } from './image.ts';
import { keepOf } from './kept.ts';

/** Milliseconds. */
const defaults = { timeoutMs: 3_600_000, graceMs: 300_000 };
/** Characters of the object's name in that of a Job: purpose, hash and attempt must fit, too. */
const nameLimit = 34;

type Environment = Readonly<Record<string, string>>;

/** Records and requests the next run, with what it is to be told, and ends the plan. */
export function start(
  draft: Draft,
  of: Purpose<TerraformPurpose>,
  command: Command,
  told: (record: RunRecord) => Environment = () => ({}),
): Ended {
  const { metadata, apiVersion, kind } = draft.object;
  const { name: own, namespace, uid } = metadata;
  const { image, variablesHash } = draft.desired;
  const record: RunRecord = {
    ...nextRecord(draft, `${own.slice(0, nameLimit).replace(/[-.]+$/, '')}-${of.purpose}`, of),
    image,
    ...(variablesHash === '' ? {} : { variables: variablesHash }),
  };
  const job: JobRequest = {
    owner: { apiVersion, kind, namespace, name: own, uid },
    name: record.name,
    namespace,
    attempt: record.attempt,
    inputsHash: of.inputsHash,
    serviceAccount: accountOf(draft),
    run: { ...runOf(draft, of.purpose, command, told(record)), ...(of.purpose === 'deploy' ? keepOf(draft) : {}) },
  };
  const noted = note(report(noteRetry(draft), { job: record, runs: record.attempt }), of.purpose);
  const groups = [...noted.groups, { name: 'job', actions: [{ type: 'run-job', job } as const] }];
  return tellRun({ ...noted, groups }, record);
}

/** All that is done in its namespace is done as this ServiceAccount (E33). */
export function accountOf({ object, facts }: Draft): string {
  return object.spec.serviceAccountName ?? facts.settings.runner.serviceAccount;
}

/** While a deploy is under way nobody knows what is deployed: A, then a failed B, then A again runs A again. */
function note(draft: Draft, purpose: TerraformPurpose): Draft {
  return purpose === 'deploy' ? report(forget(draft, 'lastAppliedHash'), { image: draft.desired.image }) : draft;
}

function runOf(draft: Draft, purpose: TerraformPurpose, { script, args }: Command, told: Environment): TerraformRun {
  const {
    object: { spec },
    desired,
  } = draft;
  const { env = [], envFrom = [] } = spec;
  return {
    type: 'terraform',
    purpose,
    image: desired.image,
    script,
    args,
    env,
    envFrom,
    variables: desired.variables,
    told,
    ...(desired.variablesHash === '' ? {} : { variablesHash: desired.variablesHash }),
    ...podOf(draft),
    podHash: podHashOf(draft),
    timeoutSeconds: Math.ceil(intervalOr(spec.timeout, defaults.timeoutMs) / 1000),
    graceSeconds: Math.ceil(intervalOr(spec.gracePeriod, defaults.graceMs) / 1000),
  };
}

/** By which a pod that waits for a node, a volume or its image is told from the one that is wanted by now. */
export function podHashOf(draft: Draft): string {
  return hashOf(draft, { pod: podOf(draft), account: accountOf(draft) });
}

/** How its pod comes about, beside its image and environment. */
function podOf({ object: { spec } }: Draft): Pick<TerraformRun, 'pod' | 'container' | 'labels' | 'annotations'> {
  const { podTemplate = {}, nodeSelector, tolerations, resources } = spec;
  const {
    labels = {},
    annotations = {},
    securityContext,
    containerSecurityContext,
    volumeMounts,
    ...pod
  } = podTemplate;
  const secret = spec.containerRegistry.secretRef;
  const imagePullSecrets = [...(secret === undefined ? [] : [secret]), ...(pod.imagePullSecrets ?? [])];
  return {
    labels,
    annotations,
    pod: defined({
      ...pod,
      nodeSelector,
      tolerations,
      securityContext,
      imagePullSecrets: imagePullSecrets.length === 0 ? undefined : imagePullSecrets,
    }),
    container: defined({ resources, securityContext: containerSecurityContext, volumeMounts }),
  };
}

function defined(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

type Told = Readonly<{ kind: Outcome['kind']; what: (image: string) => string }>;

/** What each run means while it goes on, and what its Job does, in words. */
const words: Readonly<Record<TerraformPurpose, Told>> = {
  deploy: { kind: 'working', what: (image) => `deploys ${image}` },
  'post-deploy': { kind: 'succeeded', what: () => 'reads the outputs of the deploy that succeeded' },
  plan: { kind: 'working', what: (image) => `plans what ${image} would change` },
  // What is deployed stays deployed while somebody looks at it.
  drift: { kind: 'completed', what: () => 'looks for drift' },
  destroy: { kind: 'working', what: (image) => `destroys what ${image} has deployed` },
  unlock: { kind: 'working', what: () => 'frees the lock of a run that died' },
};

/** The same words when a run starts and while it goes on: one status write for both. */
export function tellRun(draft: Draft, record: RunRecord, why = ''): Ended {
  const { name, purpose, image = '', startedAt } = record;
  const { kind, what } = words[purpose];
  const reason = record.interruption === undefined ? 'JobRunning' : interruptedReason;
  const spent = purpose === 'plan' ? draft.report.plan?.spent : undefined;
  const anew = spent === undefined ? '' : ` (in place of the plan that was approved before: ${spent})`;
  const told = `${tellInterruption(record)}${anew}${why}`;
  return end(draft, kind, reason, `Job ${name} ${what(image)}, since ${startedAt}${told}`);
}
