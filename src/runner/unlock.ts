import { decodeRelease, encodeRelease, type HelmRelease, isPending } from '../core/helm-release.ts';
import type { KubeObject } from '../core/resource.ts';
import type { KubeClient } from '../kube/client.ts';

/** The newest record of a release, or undefined when there is none. */
export async function newestRelease(
  client: KubeClient,
  namespace: string,
  release: string,
): Promise<{ secret: KubeObject; release: HelmRelease } | undefined> {
  const labelSelector = `owner=helm,name=${release}`;
  const { items } = await client.list({ apiVersion: 'v1', kind: 'Secret' }, { namespace, labelSelector });
  const newest = items.sort((a, b) => version(b) - version(a))[0];
  return newest === undefined ? undefined : { secret: newest, release: decodeRelease(newest) };
}

function version(secret: KubeObject): number {
  return Number(secret.metadata.labels?.['version'] ?? 0);
}

/**
 * Frees a release that a killed run left `pending-*`: marks that revision failed, as Helm itself does when it is told
 * to stop, so that the next upgrade goes on from the last deployed one. Call it only when no other run of this release
 * can be alive (E20): the controller starts one Job at a time and never before the last is proven dead.
 *
 * @returns the status that was found locked, or undefined.
 */
export async function unlock(client: KubeClient, namespace: string, name: string): Promise<string | undefined> {
  const newest = await newestRelease(client, namespace, name);
  if (newest === undefined || !isPending(newest.release.info.status)) return undefined;
  const locked = newest.release.info.status;
  // An interrupted uninstall goes on as an uninstall: Helm accepts that state there and only there.
  if (locked === 'uninstalling') return undefined;
  const description = `${locked} was interrupted; unlocked after its Job had died`;
  const release = { ...newest.release, info: { ...newest.release.info, status: 'failed', description } };
  await client.update({
    ...newest.secret,
    metadata: { ...newest.secret.metadata, labels: { ...newest.secret.metadata.labels, status: 'failed' } },
    data: { release: encodeRelease(release) },
  });
  return locked;
}
