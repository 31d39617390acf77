import { conditionOf, trueCondition } from './condition.ts';
import { current, failed, type Health, inProgress, list, text } from './health-fields.ts';
import type { KubeObject } from './resource.ts';

type ContainerStatus = {
  name?: string;
  state?: { waiting?: { reason?: string; message?: string } };
};

/** A Pod by its phase, its containers and its condition Ready; the message names the container that holds it up. */
export function podHealth(pod: KubeObject): Health {
  const phase = text(pod, 'status', 'phase');
  if (phase === 'Succeeded') return current;
  if (phase === 'Failed')
    return failed(text(pod, 'status', 'message') ?? text(pod, 'status', 'reason') ?? 'its containers failed');
  const waiting = containerWaiting(pod);
  if (waiting?.reason === 'CrashLoopBackOff') return failed(waiting.told);
  if (phase === 'Running' && trueCondition(pod, 'Ready') !== undefined) return current;
  if (waiting !== undefined) return inProgress(waiting.told);
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (scheduled?.status === 'False') return inProgress(scheduled.message || 'not scheduled yet');
  return inProgress(phase === 'Running' ? 'its containers are not ready yet' : 'not running yet');
}

/** The first container that waits for something other than its turn. */
function containerWaiting(pod: KubeObject): { reason: string; told: string } | undefined {
  const all = [...list(pod, 'status', 'initContainerStatuses'), ...list(pod, 'status', 'containerStatuses')];
  for (const { name = '', state } of all as ContainerStatus[]) {
    const { reason, message } = state?.waiting ?? {};
    if (reason === undefined || reason === 'PodInitializing' || reason === 'ContainerCreating') continue;
    return { reason, told: `container ${name}: ${reason}${message === undefined ? '' : ` (${message})`}` };
  }
  return undefined;
}
