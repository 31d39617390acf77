import type { ServiceObject } from '../../api/service.ts';
import { keyOf } from '../../core/key.ts';
import type { ActAs, ObjectRef } from '../../core/plan.ts';
import type { KubeObject } from '../../core/resource.ts';
import { ok, type Result } from '../../core/result.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Settings } from '../../plan/facts.ts';
import type { Chart, Job, Release, ReleaseObject, ServiceFacts } from '../../plan/service/facts.ts';
import type { ManifestRef } from '../../source/cluster/manifest.ts';
import type { ReleaseRecord, Releases } from '../../source/cluster/releases.ts';
import { type Looker, lookerOf, type Watches } from '../../source/cluster/watches.ts';
import { type Caches, isTerminating } from '../caches.ts';
import { clusterSecret } from '../cluster-secrets.ts';
import { ownJobs } from '../own-jobs.ts';
import { peerFact } from '../peer-facts.ts';
import { originOfService, previewNamespaces, readerOf } from '../preview-origin.ts';
import { jobFact } from './job-facts.ts';
import type { ObjectHealth } from './object-health.ts';
import { releaseOf } from './release.ts';
import { concerned } from './triggers.ts';

/** What a Service is made from, outside the cluster. */
export interface ServiceInputs {
  chart(service: ServiceObject, looker: Looker, signal: AbortSignal): Promise<Result<Chart> | undefined>;
  images(service: ServiceObject, looker: Looker, signal: AbortSignal): Promise<Pick<ServiceFacts, 'tags' | 'pullable'>>;
  /** True when the inputs of that Service have moved since it was last looked at. */
  moved(service: KubeObject): boolean;
}

export type GatherTools = Readonly<{
  client: KubeClient;
  caches: Caches;
  inputs: ServiceInputs;
  releases: Releases;
  health: ObjectHealth;
  watches: Pick<Watches, 'keep'>;
  /** Whether an account may be used, and is there; rejects with KubeError. */
  ensureAccount(account: ActAs): Promise<Result<undefined>>;
  installationKey: string;
  settings: Settings;
  /** Told before anything of its namespace is read, so that changes from then on ring the Service. */
  looking(service: ServiceObject): void;
  /** Told which objects it looks at, instead of those of the pass before. */
  watching(service: ServiceObject, objects: readonly ObjectRef[]): void;
  watchingPods(service: ServiceObject, namespace: string): void;
}>;

/** Gathers all that the plan of a Service reads. Never fails for what is merely not there: that is a fact too. */
export async function gatherService(
  tools: GatherTools,
  service: ServiceObject,
  signal: AbortSignal,
): Promise<ServiceFacts> {
  const { caches, inputs, settings } = tools;
  const { namespace, deletionTimestamp } = service.metadata;
  const terminating = isTerminating(caches, namespace);
  tools.looking(service);
  const looker = lookerOf(keyOf(service), service.spec.serviceAccountName ?? settings.runner.serviceAccount);
  const preview = originOfService(tools, service);
  const reader = preview === undefined ? looker : readerOf(tools, preview, looker);
  const account = terminating ? ok(undefined) : await tools.ensureAccount(looker);
  // Deletion must work without git, registry and tokens (E10): they are not even asked.
  const [chart, images] =
    account.ok && deletionTimestamp === undefined
      ? await Promise.all([inputs.chart(service, reader, signal), inputs.images(service, reader, signal)])
      : [undefined, {}];
  const jobs = await jobsOf(tools, service, signal);
  const release = account.ok ? await releaseOf(tools, { service, looker, jobs }, signal) : account;
  const objects = await objectsOf(tools, service, looker, release.ok ? (release.value?.objects ?? []) : [], signal);
  tools.watches.keep(looker);
  return {
    installationKey: tools.installationKey,
    settings,
    clusterSecrets: caches.clusterSecrets.list().map(clusterSecret),
    peers: peersOf(tools, service),
    ...(account.ok ? {} : { noAccount: account.failure }),
    ...(chart === undefined ? {} : { chart }),
    ...images,
    release: release.ok ? ok(release.value && releaseFact(release.value)) : release,
    objects,
    jobs,
    namespaceTerminating: terminating,
    ...(preview === undefined ? {} : { preview }),
    ...(deletionTimestamp === undefined ? {} : { previews: previewNamespaces(tools, service) }),
  };
}

async function jobsOf(tools: GatherTools, service: ServiceObject, signal: AbortSignal): Promise<Job[]> {
  const { caches, client } = tools;
  const found = await ownJobs({ caches, client }, service, service.status.job, signal);
  return found.map(({ job, pods }) => jobFact(job, pods));
}

async function objectsOf(
  tools: GatherTools,
  service: ServiceObject,
  looker: Looker,
  manifest: readonly ManifestRef[],
  signal: AbortSignal,
): Promise<ReleaseObject[]> {
  const refs = await Promise.all(manifest.map(({ keep: _k, expires: _e, ...ref }) => tools.health.place(ref)));
  // Before they are read: what changes from now on rings.
  tools.watching(service, refs);
  const blames = (namespace: string) => tools.watchingPods(service, namespace);
  const objects = await Promise.all(refs.map((ref) => tools.health.of(looker, ref, blames, signal)));
  return objects.map((object, index) => told(object, manifest[index]));
}

function told({ ref, ...object }: ReleaseObject, { keep, expires }: Partial<ManifestRef> = {}): ReleaseObject {
  // The cluster has removed it after its end, as the chart says.
  const isOver = expires === true && object.health === 'NotFound';
  const state = isOver ? ({ health: 'Current' } as const) : object;
  return { ref, ...state, ...(keep === true ? { keep } : {}) };
}

function releaseFact({ uid, revision, status, since, inputs, chart, message, leftovers }: ReleaseRecord): Release {
  return {
    record: uid,
    revision,
    status,
    chart,
    ...(since === undefined ? {} : { since }),
    ...(inputs === undefined ? {} : { inputs }),
    ...(message === undefined ? {} : { message }),
    ...(leftovers === undefined ? {} : { leftovers }),
  };
}

function peersOf({ caches, inputs }: GatherTools, service: ServiceObject) {
  return concerned(caches, service).map((peer) => peerFact(peer, peer.kind === 'Service' && inputs.moved(peer)));
}
