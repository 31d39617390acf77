import { describe, expect, it } from 'vitest';
import { ago, now, pod } from '../cluster/fixtures.ts';
import type { ContainerState, Pod } from '../cluster/types.ts';
import { failedStatus, inState, podStatus, waiting } from './status.ts';

const running: ContainerState = { running: { startedAt: ago(5) } };
const ended = (exitCode: number): ContainerState => ({ terminated: { exitCode, reason: 'x', finishedAt: ago(1) } });

function phase(policy: string, state: ContainerState, before?: ContainerState): string {
  const one = pod('p', { spec: { restartPolicy: policy } });
  if (before)
    one.status = { phase: 'Running', containerStatuses: [inState(one, { name: 'main', image: 'x' }, before)] };
  const main = [inState(one, one.spec.containers[0] ?? { name: '', image: '' }, state)];
  const status = podStatus(one, { init: [], main, now });
  const conditions = Object.fromEntries((status.conditions ?? []).map(({ type, status: value }) => [type, value]));
  return `${status.phase} ready=${conditions['Ready']} restarts=${status.containerStatuses?.[0]?.restartCount}`;
}

describe('status of a pod', () => {
  it.each<[string, string, ContainerState, ContainerState | undefined, string]>([
    ['that waits', 'Always', waiting('ContainerCreating'), undefined, 'Pending ready=False restarts=0'],
    ['that runs', 'Always', running, undefined, 'Running ready=True restarts=0'],
    ['whose task is done', 'Never', ended(0), running, 'Succeeded ready=False restarts=0'],
    ['whose task failed', 'Never', ended(2), running, 'Failed ready=False restarts=0'],
    ['that is to be restarted', 'Always', ended(0), running, 'Running ready=False restarts=0'],
    ['that is to be restarted after a failure', 'OnFailure', ended(1), running, 'Running ready=False restarts=0'],
    ['that waits for its restart', 'Always', waiting('CrashLoopBackOff'), ended(1), 'Running ready=False restarts=0'],
    ['that was restarted', 'Always', running, ended(1), 'Running ready=True restarts=1'],
  ])('%s', (_case, policy, state, before, expected) => expect(phase(policy, state, before)).toBe(expected));

  it('keeps the times of conditions that did not change', () => {
    const one: Pod = pod('p', {
      status: { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: ago(50) }] },
    });
    const main = [inState(one, { name: 'main', image: 'x' }, running)];
    const ready = podStatus(one, { init: [], main, now }).conditions?.find(({ type }) => type === 'Ready');
    expect(ready?.lastTransitionTime).toBe(ago(50));
  });

  it('names what is not ready', () => {
    const one = pod('p');
    const main = [inState(one, { name: 'main', image: 'x' }, waiting('ContainerCreating'))];
    const ready = podStatus(one, { init: [], main, now }).conditions?.find(({ type }) => type === 'Ready');
    expect(ready).toMatchObject({ reason: 'ContainersNotReady', message: 'containers with unready status: [main]' });
  });

  it('a pod that the node ends says why', () => {
    const status = failedStatus(pod('p'), 'DeadlineExceeded', 'too long', now);
    expect(status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded', message: 'too long' });
    expect(status.containerStatuses?.[0]?.state.terminated).toMatchObject({
      exitCode: 137,
      reason: 'ContainerStatusUnknown',
    });
    expect(status.containerStatuses?.[0]).not.toHaveProperty('containerID');
  });
});
