import type { TerraformObject } from '../../api/terraform-object.ts';
import { isFinished } from '../../apply/janitor.ts';
import { formatKey, keyOf } from '../../core/key.ts';
import { isAlive } from '../../core/pod.ts';
import type { KubeObject } from '../../core/resource.ts';
import type { Result } from '../../core/result.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Settings } from '../../plan/facts.ts';
import type { ImageFacts } from '../../plan/image.ts';
import type { Run, TerraformFacts } from '../../plan/terraform/facts.ts';
import { secretValues } from '../../plan/terraform/secrets.ts';
import { verdictOf } from '../../source/cluster/run-end.ts';
import { readRunEnd } from '../../source/cluster/run-log.ts';
import { type Looker, lookerOf, type Watches } from '../../source/cluster/watches.ts';
import { byObject, byOwner, type Caches, isTerminating, objectId, ownerId } from '../caches.ts';
import { clusterSecret } from '../cluster-secrets.ts';
import { related } from '../graph.ts';
import { liveJob, type OwnJob, ownJobs } from '../own-jobs.ts';
import { peerFact } from '../peer-facts.ts';
import { GatherError } from '../reconciler.ts';
import { envSecrets, type GivenSecrets } from './env-secrets.ts';
import { keptVariables } from './kept-variables.ts';
import { hasBegun, runFact } from './run-facts.ts';

export type GatherTools = Readonly<{
  client: KubeClient;
  caches: Caches;
  settings: Settings;
  installationKey: string;
  watches: Pick<Watches, 'keep'>;
  /** Whether the object's account may be used, and is there. Rejects with KubeError. */
  ensureAccount(looker: Looker): Promise<Result<undefined>>;
  images(terraform: TerraformObject, looker: Looker, signal: AbortSignal): Promise<ImageFacts>;
  given: GivenSecrets;
  /** Told before anything of its namespace is read, so that changes from then on ring the object. */
  looking(terraform: TerraformObject): void;
}>;

/** Gathers all that the plan of a Terraform reads. Never fails for what is merely not there: that is a fact too. */
export async function gatherTerraform(
  tools: GatherTools,
  terraform: TerraformObject,
  signal: AbortSignal,
): Promise<TerraformFacts> {
  const { caches, settings, installationKey } = tools;
  const { namespace, deletionTimestamp } = terraform.metadata;
  const terminating = isTerminating(caches, namespace);
  tools.looking(terraform);
  const serviceAccount = terraform.spec.serviceAccountName ?? settings.runner.serviceAccount;
  const looker = lookerOf(keyOf(terraform), serviceAccount);
  const account = terminating ? undefined : await tools.ensureAccount(looker);
  const noAccount = account?.ok === false ? account.failure : undefined;
  // Deletion must work without the registry (E10): it is not even asked.
  const asks = deletionTimestamp === undefined && noAccount === undefined;
  const images = asks ? await tools.images(terraform, looker, signal) : {};
  const jobs = await runsOf(tools, terraform, looker, signal);
  const isRead = jobs.some(({ end }) => end !== undefined);
  const clusterSecrets = caches.clusterSecrets.list().map(clusterSecret);
  // Also of what comes from spec and cluster Secret: both may be changed while the run goes on.
  const secretsNow = async () => [
    ...(await envSecrets(tools.client.as(looker), namespace, terraform.spec, signal)),
    ...secretValues(terraform, { clusterSecrets, kept: {} }),
  ];
  const given = await tools.given.of(formatKey(looker.key), jobs, secretsNow);
  const hashes = account?.ok === true ? keptOf(terraform, isRead) : [];
  const kept = await keptVariables(tools.client.as(looker), terraform, hashes, signal);
  tools.watches.keep(looker);
  return {
    ...images,
    installationKey,
    settings,
    jobs,
    namespaceTerminating: terminating,
    givenSecrets: given,
    kept,
    ...(noAccount === undefined ? {} : { noAccount }),
    clusterSecrets,
    peers: [...related(caches, terraform)].map((peer) => peerFact(peer, false)),
    strays: strays(caches, terraform),
  };
}

/** Hashes of the variables that the plan may need: of what is to be destroyed, of a lock, of a run that has just ended. */
function keptOf({ metadata, status }: TerraformObject, hasEnded: boolean): (string | undefined)[] {
  const { attempts = [], lastAppliedVariables, lock, job } = status;
  const deployed = [...attempts.map(({ variables }) => variables), lastAppliedVariables];
  const isDeleted = metadata.deletionTimestamp !== undefined;
  return [lock?.run?.variables, ...(isDeleted || hasEnded ? [job?.variables] : []), ...(isDeleted ? deployed : [])];
}

async function runsOf(
  tools: GatherTools,
  terraform: TerraformObject,
  looker: Looker,
  signal: AbortSignal,
): Promise<Run[]> {
  const client = tools.client.as(looker);
  const { job: recorded } = terraform.status;
  const found = await ownJobs(tools, terraform, recorded, signal);
  const isNews = ({ job }: OwnJob) => recorded?.phase === undefined && job.metadata.name === recorded?.name;
  const isDeleted = terraform.metadata.deletionTimestamp !== undefined;
  const facts = found.map(async (own) => {
    if (!isNews(own) && isFinished(own.job)) return runFact(own);
    const known = await upToDate(tools.client, own, isNews(own), signal);
    if (known === undefined || !isNews(own)) return known && runFact(known);
    return endedFact(client, known, isDeleted, signal);
  });
  return (await Promise.all(facts)).filter((fact) => fact !== undefined);
}

/**
 * Of two watches either may be ahead, and one may hang: how a Job has ended tells only a pod that has ended, too; and a Job
 * may be removed only where it is sure that its script has not begun, and taken over as a run that nobody has recorded only
 * where it still runs. Undefined: it is gone. Rejects with KubeError.
 */
async function upToDate(
  client: KubeClient,
  { job, pods }: OwnJob,
  isRecorded: boolean,
  signal: AbortSignal,
): Promise<OwnJob | undefined> {
  const isSure = isFinished(job) ? pods.length > 0 && !pods.some(isAlive) : isRecorded && pods.some(hasBegun);
  if (isSure) return { job, pods };
  const live = isFinished(job) ? job : await liveJob(client, job.metadata, signal);
  if (live === undefined) return undefined;
  const { namespace = '', name } = job.metadata;
  const of = { namespace, labelSelector: `batch.kubernetes.io/job-name=${name}` };
  return { job: live, pods: (await client.list({ apiVersion: 'v1', kind: 'Pod' }, of, signal)).items };
}

/** Runs whose log is what they are for. */
const printing: readonly string[] = ['post-deploy', 'plan', 'drift'];

/**
 * With what it tells of its end, when it has ended: read once, as the tenant, since status keeps it from then on. A log
 * that cannot be read is waited for only where it is what the run was for; a deletion waits for no log.
 */
async function endedFact(client: KubeClient, own: OwnJob, isDeleted: boolean, signal: AbortSignal): Promise<Run> {
  const fact = runFact(own);
  if (fact.phase === 'active') return fact;
  const end = await readRunEnd(client, own.job, own.pods, signal);
  if (end.ok) return runFact(own, end.value);
  if (printing.includes(fact.purpose) && !isDeleted) throw new GatherError(end.failure);
  return runFact(own, { ...verdictOf(own.job, own.pods), tail: [`${end.failure.message}: it cannot be read`] });
}

/**
 * What still runs under the object's name and is none of its own Jobs: pods whose Job somebody has deleted, Jobs and pods
 * of an object of the same name that has just gone (E31). All may take their time to end.
 */
function strays({ jobs, pods }: Caches, { metadata: { namespace, name, uid } }: TerraformObject): string[] {
  const own = new Set(jobs.by(byOwner, ownerId(namespace, uid)).map((job) => job.metadata.name));
  const jobOf = ({ metadata: { labels = {} } }: KubeObject) => labels['batch.kubernetes.io/job-name'] ?? '';
  const of = objectId('Terraform', namespace, name);
  const strayJobs = jobs.by(byObject, of).filter((job) => !isFinished(job) && !own.has(job.metadata.name));
  const strayPods = pods.by(byObject, of).filter((pod) => isAlive(pod) && !own.has(jobOf(pod)));
  return [...strayJobs, ...strayPods].map(({ metadata }) => metadata.name);
}
