import type { KubeObject } from './resource.ts';

/** Whether processes of the pod may still be there. */
export function isAlive(pod: KubeObject): boolean {
  const { phase } = (pod['status'] ?? {}) as { phase?: string };
  return phase !== 'Succeeded' && phase !== 'Failed';
}
