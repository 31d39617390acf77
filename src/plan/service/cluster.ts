import type { ClusterSecret } from '../facts.ts';
import { isAllowed, kubeconfig, notAllowed } from '../workspace.ts';
import { type Draft, end } from './draft.ts';
import { workspaceOf } from './workspace.ts';

/** E6: the cluster that `values.cluster` names, after placeholders are filled. */
export function chooseCluster(draft: Draft): Draft {
  const name = draft.desired.values['cluster'];
  // A map or number under that key is the chart's own business.
  if (typeof name !== 'string' || name === '' || name === 'in-cluster') return draft;
  const { clusterSecrets } = draft.facts;
  const isHere = clusterSecrets.some((secret) => !isRemote(secret) && clusterName(secret) === name);
  const remote = clusterSecrets.filter(
    (secret) => isRemote(secret) && (secret.name === name || clusterName(secret) === name),
  );
  const [target] = remote;
  if (target === undefined) return isHere ? draft : end(draft, 'invalid', 'UnknownCluster', unknown(draft, name));
  if (isHere || remote.length > 1) return end(draft, 'invalid', 'AmbiguousCluster', ambiguous(name, remote, isHere));
  if (!isAllowed(target, draft.object.metadata.namespace)) {
    return { ...draft, outcome: notAllowed(workspaceOf(draft), target) };
  }
  return end(
    draft,
    'invalid',
    'RemoteClusterNotSupported',
    `spec.source.values.cluster: "${name}" is a remote cluster (Secret "${target.name}" has a kubeconfig), which this ` +
      'version does not deliver to; name the cluster that the controller runs in, or remove the value',
  );
}

function isRemote(secret: ClusterSecret): boolean {
  return Object.hasOwn(secret.data, kubeconfig);
}

/** As `${workspace.CLUSTER_NAME}` would be filled: data wins over annotations (E2). */
function clusterName(secret: ClusterSecret): string | undefined {
  return secret.data['CLUSTER_NAME'] ?? secret.annotations['CLUSTER_NAME'];
}

function unknown(draft: Draft, name: string): string {
  // Names from `data` are not told (E2).
  const known = draft.facts.clusterSecrets.flatMap(
    (secret) => secret.annotations['CLUSTER_NAME'] ?? (isRemote(secret) ? secret.name : []),
  );
  const list = known.length === 0 ? 'none is known' : `known are ${[...new Set(known)].sort().join(', ')}`;
  return (
    `spec.source.values.cluster: no cluster is named "${name}" (${list}); correct it, or add a cluster Secret with ` +
    `annotation CLUSTER_NAME: ${name}`
  );
}

function ambiguous(name: string, remote: readonly ClusterSecret[], isHere: boolean): string {
  const names = remote.map((secret) => `the Secret "${secret.name}"`).sort();
  const all = isHere ? [...names, 'the cluster that the controller runs in'] : names;
  return `spec.source.values.cluster: "${name}" is ambiguous, it names ${all.join(' and ')}; give each its own name`;
}
