import type { ServiceObject } from '../../api/service.ts';
import type { JobRecord } from '../../api/service-status.ts';
import type { Result } from '../../core/result.ts';
import type { Job } from '../../plan/service/facts.ts';
import type { ReleaseRecord, Releases } from '../../source/cluster/releases.ts';
import type { Looker } from '../../source/cluster/watches.ts';
import type { Caches } from '../caches.ts';

type Tools = Readonly<{ releases: Pick<Releases, 'newest' | 'newestLive'>; caches: Pick<Caches, 'jobs'> }>;
type Of = Readonly<{ service: ServiceObject; looker: Looker; jobs: readonly Job[] }>;

/** Helm's newest record of the release: from the cache, or live where that may lag behind a Job that has ended. */
export async function releaseOf(
  { releases, caches }: Tools,
  { service, looker, jobs }: Of,
  signal: AbortSignal,
): Promise<Result<ReleaseRecord | undefined>> {
  const { releaseName } = service.spec.source;
  const { namespace } = service.metadata;
  const cached = await releases.newest(looker, releaseName, signal);
  if (!cached.ok) return cached;
  const recorded = service.status?.job;
  const last = jobs.find((job) => job.name === recorded?.name);
  if (isSettled(recorded, last, cached.value) || isWorkOf(last, caches.jobs, namespace, cached.value)) return cached;
  return releases.newestLive(looker, releaseName, signal);
}

/**
 * Whether what the recorded Job has done is in the cache already, or is yet to come. A delivery that ended well, and of
 * which nobody has seen yet which revision it made, may have changed the release without the cache having heard of it:
 * also where status knows of its end, since the look that belonged to it may have failed.
 */
function isSettled(recorded: JobRecord | undefined, last: Job | undefined, record: ReleaseRecord | undefined): boolean {
  if (recorded === undefined || last?.phase === 'active') return true;
  if (recorded.revision !== undefined) return (record?.revision ?? 0) >= recorded.revision;
  return recorded.phase === 'failed' || (recorded.phase === 'succeeded' && recorded.purpose !== 'deliver');
}

/** True for a record that only this Job can have written: of its inputs, and made after it. */
function isWorkOf(
  job: Job | undefined,
  jobs: Caches['jobs'],
  namespace: string,
  record: ReleaseRecord | undefined,
): boolean {
  if (job?.phase !== 'succeeded' || job.purpose !== 'deliver' || record?.status !== 'deployed') return false;
  const created = jobs.get({ namespace, name: job.name })?.metadata.creationTimestamp;
  if (created === undefined || record.createdAt === undefined) return false;
  return record.inputs === job.inputsHash && record.createdAt >= created;
}
