import type { Deployment, IntOrPercent, ReplicaSet } from '../../cluster/types.ts';

/** `25%` of `total` or a plain number. */
function share(value: IntOrPercent | undefined, total: number, round: (x: number) => number): number {
  if (value === undefined) return 0;
  if (typeof value === 'number') return value;
  return value.endsWith('%') ? round((Number(value.slice(0, -1)) * total) / 100) : Number(value);
}

/** Pods above and below the wanted number that a rolling update may have; never both 0. */
export function fences(deployment: Deployment): { surge: number; unavailable: number } {
  if (deployment.spec.strategy?.type === 'Recreate') return { surge: 0, unavailable: 0 };
  const replicas = deployment.spec.replicas ?? 1;
  const rolling = deployment.spec.strategy?.rollingUpdate;
  const surge = share(rolling?.maxSurge ?? '25%', replicas, Math.ceil);
  const unavailable = share(rolling?.maxUnavailable ?? '25%', replicas, Math.floor);
  if (surge === 0 && unavailable === 0) return { surge: 0, unavailable: 1 };
  return { surge, unavailable: Math.min(unavailable, replicas) };
}

const wanted = (set: ReplicaSet): number => set.spec.replicas ?? 1;
const available = (set: ReplicaSet): number => set.status?.availableReplicas ?? 0;
const sum = (sets: readonly ReplicaSet[], of: (set: ReplicaSet) => number): number =>
  sets.reduce((total, set) => total + of(set), 0);

/** Replicas that the current ReplicaSet may have now. */
export function currentReplicas(deployment: Deployment, current: ReplicaSet | undefined, old: readonly ReplicaSet[]) {
  const replicas = deployment.spec.replicas ?? 1;
  const now = current === undefined ? 0 : wanted(current);
  if (deployment.spec.strategy?.type === 'Recreate') return replicas;
  if (now >= replicas) return replicas;
  const room = replicas + fences(deployment).surge - now - sum(old, wanted);
  return now + Math.max(0, Math.min(room, replicas - now));
}

/**
 * Replicas that each old ReplicaSet is to have now, oldest first. Pods that are not available go first; of the
 * others only as many as leave `replicas - unavailable` available.
 */
export function oldReplicas(deployment: Deployment, current: ReplicaSet | undefined, old: readonly ReplicaSet[]) {
  const result = new Map(old.map((set) => [set, wanted(set)]));
  const all = current === undefined ? old : [...old, current];
  const floor = (deployment.spec.replicas ?? 1) - fences(deployment).unavailable;
  const currentMissing = current === undefined ? 0 : wanted(current) - available(current);
  let spare = sum(all, wanted) - floor - currentMissing;
  for (const set of old) {
    const broken = Math.max(0, Math.min(spare, wanted(set) - available(set)));
    result.set(set, wanted(set) - broken);
    spare -= broken;
  }
  let free = Math.min(spare, sum(all, available) - floor);
  for (const set of old) {
    const left = result.get(set) ?? 0;
    const down = Math.max(0, Math.min(left, free));
    result.set(set, left - down);
    free -= down;
  }
  return result;
}
