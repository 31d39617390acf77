import type { Pod } from '../cluster/types.ts';

/** Why a pod cannot be placed on the only node, in the scheduler's words; undefined when it can. */
export function unschedulable(pod: Pod, nodeLabels: Readonly<Record<string, string>>): string | undefined {
  const wanted = Object.entries(pod.spec.nodeSelector ?? {});
  if (wanted.every(([key, value]) => nodeLabels[key] === value)) return undefined;
  return "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.";
}

export function isGated(pod: Pod): boolean {
  return (pod.spec.schedulingGates?.length ?? 0) > 0;
}
