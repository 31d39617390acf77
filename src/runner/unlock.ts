import { decodeRelease, encodeRelease, interruptedAnnotation, isPending } from '../core/helm-release.ts';
import { type DeadLock, type ObjectRef, refOf } from '../core/plan.ts';
import type { KubeObject } from '../core/resource.ts';
import { isNotFound, type KubeClient } from '../kube/client.ts';

/** What a run is for: a release, and the lock on it that was proven dead. */
export type Locked = Readonly<{ namespace: string; release: string; unlock?: DeadLock }>;

export type Found = Readonly<{
  /** Helm's status of the release that was freed, for example `pending-upgrade`. */
  freed?: string;
  /** Records of revisions that were interrupted, now or in earlier runs. */
  interrupted: readonly ObjectRef[];
}>;

/**
 * Frees a release that a killed run left `pending-*`: marks that revision failed, as Helm itself does when it is told
 * to stop, so that the next upgrade goes on from the last deployed one. Only the lock that the plan has proven dead
 * (E20), and only as it was read: who still writes to it keeps it.
 *
 * @throws when somebody else holds the release: a helm that was started since the plan was made.
 */
export async function unlock(client: KubeClient, of: Locked): Promise<Found> {
  const { interrupted, newest, lock } = await look(client, of);
  if (newest === undefined || lock === undefined) return { interrupted };
  await markFailed(client, newest, `${lock.status} was interrupted; unlocked, since ${lock.proof}`);
  return { freed: lock.status, interrupted: [...interrupted, refOf(newest)] };
}

/**
 * An uninstall needs no unlocking, Helm does it whatever the state; but not over a helm that may be alive.
 *
 * @throws as `unlock` does.
 */
export async function refuseForeignLock(client: KubeClient, of: Locked): Promise<void> {
  await look(client, of);
}

async function look(client: KubeClient, { namespace, release, unlock: dead }: Locked) {
  const records = await recordsOf(client, namespace, release);
  const interrupted = records
    .filter((secret) => secret.metadata.annotations?.[interruptedAnnotation] !== undefined)
    .map(refOf);
  const newest = records[0];
  const status = newest === undefined ? undefined : decodeRelease(newest).info.status;
  if (newest === undefined || status === undefined || !isPending(status)) return { interrupted };
  if (dead?.record === newest.metadata.uid) return { interrupted, newest, lock: { status, proof: dead?.proof } };
  throw new Error(
    `release ${release} is being changed by someone else (${status}, revision ${version(newest)}): nothing was done; ` +
      'let that helm end',
  );
}

/** After a run that was told to stop: the revision that Helm has marked failed is an interrupted one, too. */
export async function noteInterrupted(client: KubeClient, namespace: string, release: string): Promise<void> {
  const newest = (await recordsOf(client, namespace, release))[0];
  if (newest === undefined || decodeRelease(newest).info.status !== 'failed') return;
  await client.patch(refOf(newest), 'merge', { metadata: { annotations: { [interruptedAnnotation]: 'true' } } });
}

/**
 * Removes the records of interrupted revisions once a later one is deployed, so that each change of the inputs has one
 * revision in Helm's history. Not before: as long as nothing is deployed they say what may lie about in the cluster.
 */
export async function forget(client: KubeClient, records: readonly ObjectRef[]): Promise<void> {
  for (const record of records) {
    await client.delete(record).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  }
}

async function markFailed(client: KubeClient, secret: KubeObject, description: string): Promise<void> {
  const record = decodeRelease(secret);
  const release = { ...record, info: { ...record.info, status: 'failed', description } };
  const labels = { ...secret.metadata.labels, status: 'failed' };
  const annotations = { ...secret.metadata.annotations, [interruptedAnnotation]: 'true' };
  const data = { release: encodeRelease(release) };
  await client.update({ ...secret, metadata: { ...secret.metadata, labels, annotations }, data });
}

/** Helm's records of a release, the newest first. */
async function recordsOf(client: KubeClient, namespace: string, release: string): Promise<KubeObject[]> {
  const labelSelector = `owner=helm,name=${release}`;
  const { items } = await client.list({ apiVersion: 'v1', kind: 'Secret' }, { namespace, labelSelector });
  return items.sort((a, b) => version(b) - version(a));
}

function version(secret: KubeObject): number {
  return Number(secret.metadata.labels?.['version'] ?? 0);
}
