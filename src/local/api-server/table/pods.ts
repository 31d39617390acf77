import { type ApiObject, dig, type Json, listOf, mapsOf, numberOf, textOf } from '../object.ts';
import { age } from './duration.ts';
import { none, orNone, printer } from './printer.ts';

export const pods = printer(
  ['Ready', 'Status', 'Restarts', 'Age', 'IP*', 'Node*', 'Nominated Node*', 'Readiness Gates*'],
  (pod, now) => {
    const statuses = mapsOf(dig(pod, 'status', 'containerStatuses'));
    const total = listOf(dig(pod, 'spec', 'containers')).length;
    const ready = statuses.filter((one) => one['ready'] === true && dig(one, 'state', 'running') !== undefined).length;
    return [
      `${ready}/${total}`,
      podStatus(pod),
      restarts(statuses, now),
      orNone(textOf(dig(pod, 'status', 'podIP'))),
      orNone(textOf(dig(pod, 'spec', 'nodeName'))),
      orNone(textOf(dig(pod, 'status', 'nominatedNodeName'))),
      gates(pod),
    ];
  },
);

function restarts(statuses: Json[], now: Date): string {
  const count = statuses.reduce((sum, one) => sum + numberOf(one['restartCount']), 0);
  const last = statuses
    .map((one) => textOf(dig(one, 'lastState', 'terminated', 'finishedAt')))
    .sort()
    .at(-1);
  return count > 0 && last ? `${count} (${age(last, now)} ago)` : String(count);
}

function gates(pod: ApiObject): string {
  const wanted = mapsOf(dig(pod, 'spec', 'readinessGates'));
  if (wanted.length === 0) return none;
  const conditions = mapsOf(dig(pod, 'status', 'conditions'));
  const met = wanted.filter((gate) =>
    conditions.some((one) => one['type'] === gate['conditionType'] && one['status'] === 'True'),
  );
  return `${met.length}/${wanted.length}`;
}

/** The STATUS column: the most telling of phase, reason and the containers' states, as the real printer chooses. */
export function podStatus(pod: ApiObject): string {
  const phase = textOf(dig(pod, 'status', 'phase'));
  const reason = textOf(dig(pod, 'status', 'reason'));
  const base = reason === '' ? phase : reason;
  const status = initStatus(pod) ?? containerStatus(pod, base);
  if (pod.metadata.deletionTimestamp === undefined) return status;
  if (reason === 'NodeLost') return 'Unknown';
  return phase === 'Failed' || phase === 'Succeeded' ? status : 'Terminating';
}

function initStatus(pod: ApiObject): string | undefined {
  const statuses = mapsOf(dig(pod, 'status', 'initContainerStatuses'));
  const total = listOf(dig(pod, 'spec', 'initContainers')).length;
  for (const [index, one] of statuses.entries()) {
    const terminated = dig(one, 'state', 'terminated');
    if (terminated !== undefined && numberOf(dig(terminated, 'exitCode')) === 0) continue;
    if (terminated !== undefined) return `Init:${textOf(dig(terminated, 'reason')) || exitWords(terminated)}`;
    const waiting = textOf(dig(one, 'state', 'waiting', 'reason'));
    return waiting !== '' && waiting !== 'PodInitializing' ? `Init:${waiting}` : `Init:${index}/${total}`;
  }
  return undefined;
}

function exitWords(terminated: unknown): string {
  const signal = numberOf(dig(terminated, 'signal'));
  return signal === 0 ? `ExitCode:${numberOf(dig(terminated, 'exitCode'))}` : `Signal:${signal}`;
}

function containerStatus(pod: ApiObject, base: string): string {
  let status = base;
  let running = false;
  for (const one of mapsOf(dig(pod, 'status', 'containerStatuses')).reverse()) {
    const waiting = textOf(dig(one, 'state', 'waiting', 'reason'));
    const terminated = dig(one, 'state', 'terminated');
    if (waiting !== '') status = waiting;
    else if (terminated !== undefined) status = textOf(dig(terminated, 'reason')) || exitWords(terminated);
    else if (one['ready'] === true && dig(one, 'state', 'running') !== undefined) running = true;
  }
  if (status !== 'Completed' || !running) return status;
  const ready = mapsOf(dig(pod, 'status', 'conditions')).some(
    (one) => one['type'] === 'Ready' && one['status'] === 'True',
  );
  return ready ? 'Running' : 'NotReady';
}
