import type { KubeObject } from '../core/resource.ts';
import type { KubeClient } from '../kube/client.ts';
import { byJob, byOwner, type Caches, ownerId } from './caches.ts';

type Tools = Readonly<{ caches: Pick<Caches, 'jobs' | 'pods'>; client: KubeClient }>;
type Recorded = Readonly<{ name: string; phase?: string | undefined }>;

/** A Job with the pods that it has. */
export type OwnJob = Readonly<{ job: KubeObject; pods: readonly KubeObject[] }>;

/**
 * The runner Jobs of an object; the one that is recorded and not settled is looked up live when the cache lacks it. So
 * what is not among them is not there. Rejects with KubeError.
 */
export async function ownJobs(
  tools: Tools,
  { metadata: { namespace, uid } }: Pick<KubeObject, 'metadata'>,
  recorded: Recorded | undefined,
  signal: AbortSignal,
): Promise<OwnJob[]> {
  const { jobs, pods } = tools.caches;
  const cached = jobs.by(byOwner, ownerId(namespace, uid));
  const isKnown = recorded?.phase !== undefined || cached.some((job) => job.metadata.name === recorded?.name);
  const found =
    recorded === undefined || isKnown
      ? undefined
      : await liveJob(tools.client, { ...(namespace === undefined ? {} : { namespace }), name: recorded.name }, signal);
  return [...cached, ...(found === undefined ? [] : [found])].map((job) => {
    return { job, pods: pods.by(byJob, `${job.metadata.namespace}/${job.metadata.name}`) };
  });
}

/** The cache may lag behind a Job that was created a moment ago: only the API server can say that it is not there. */
export async function liveJob(
  client: KubeClient,
  { namespace = '', name }: Readonly<{ namespace?: string; name: string }>,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  return client.find({ apiVersion: 'batch/v1', kind: 'Job', namespace, name }, signal);
}
