import type { Action } from '../cluster/action.ts';
import type { ContainerStatus, Pod, PodStatus } from '../cluster/types.ts';
import { statusOf } from './status.ts';

type Said = readonly ['Normal' | 'Warning', string, string];

/** What the kubelet would say of a change of status. */
export function transitionEvents(pod: Pod, next: PodStatus): Action[] {
  const all = [...(next.initContainerStatuses ?? []), ...(next.containerStatuses ?? [])];
  return all
    .flatMap((status) => said(pod, status))
    .map(([type, reason, message]) => ({ do: 'event', object: pod, type, reason, message }));
}

function said(pod: Pod, status: ContainerStatus): Said[] {
  const before = statusOf(pod, status.name)?.state;
  const { running, waiting } = status.state;
  if (running !== undefined && before?.running === undefined) {
    const image = `Container image "${status.image}" already present on machine`;
    const started: Said = ['Normal', 'Started', `Started container ${status.name}`];
    return [['Normal', 'Pulled', image], ['Normal', 'Created', `Created container: ${status.name}`], started];
  }
  if (waiting === undefined || waiting.reason === before?.waiting?.reason) return [];
  const { reason, message = '' } = waiting;
  if (reason === 'ErrImagePull')
    return [
      ['Warning', 'Failed', `Failed to pull image "${status.image}": ${message}`],
      ['Warning', 'Failed', 'Error: ErrImagePull'],
    ];
  if (reason === 'ImagePullBackOff') return [['Normal', 'BackOff', `Back-off pulling image "${status.image}"`]];
  if (reason === 'CreateContainerConfigError') return [['Warning', 'Failed', `Error: ${message}`]];
  if (reason === 'CrashLoopBackOff')
    return [
      [
        'Warning',
        'BackOff',
        `Back-off restarting failed container ${status.name} in pod ${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`,
      ],
    ];
  return [];
}
