import type { Log } from '../core/log.ts';
import type { ActAs } from '../core/plan.ts';
import { isForbidden, isNotFound, type KubeClient } from '../kube/client.ts';

/**
 * The ServiceAccount that the controller works as, which no delivery may use; undefined where it is none, or the API
 * server does not say (before Kubernetes 1.28). Rejects with KubeError when it does not answer.
 */
export async function ownAccount(client: KubeClient, log: Log): Promise<ActAs | undefined> {
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: { name: '' } };
  try {
    const { status } = (await client.create(review)) as { status?: { userInfo?: { username?: string } } };
    return accountOf(status?.userInfo?.username ?? '');
  } catch (error) {
    if (!isForbidden(error) && !isNotFound(error)) throw error;
    log.warn(
      { err: error.message },
      'the API server does not say as whom we work: no delivery is kept from that account',
    );
    return undefined;
  }
}

function accountOf(user: string): ActAs | undefined {
  const [, namespace, serviceAccount] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? [];
  return namespace === undefined || serviceAccount === undefined ? undefined : { namespace, serviceAccount };
}
