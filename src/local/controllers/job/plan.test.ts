import { describe, expect, it } from 'vitest';
import type { Action } from '../../cluster/action.ts';
import { ago, brief, meta, now, podOf, statusIn } from '../../cluster/fixtures.ts';
import type { Job, JobStatus, Pod, PodStatus } from '../../cluster/types.ts';
import { indexAnnotation, trackingFinalizer } from './counts.ts';
import { planJob, releaseOrphans } from './plan.ts';

const labels = { 'batch.kubernetes.io/controller-uid': 'j' };

function job(spec: Partial<Job['spec']> = {}, status: JobStatus = { startTime: ago(30) }): Job {
  const template = { metadata: { labels }, spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x' }] } };
  const defaults = { parallelism: 1, completions: 1, backoffLimit: 6, selector: { matchLabels: labels }, template };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: meta('task'), spec: { ...defaults, ...spec }, status };
}

function podIn(owner: Job, name: string, status: PodStatus, more: Partial<Pod['metadata']> = {}): Pod {
  const pod = podOf(owner, name, false, labels);
  return { ...pod, metadata: { ...pod.metadata, finalizers: [trackingFinalizer], ...more }, status };
}

function ended(code: number, secondsAgo = 5): PodStatus {
  const terminated = { exitCode: code, reason: 'x', finishedAt: ago(secondsAgo) };
  const container = { ready: false, started: false, restartCount: 0, image: 'x', imageID: 'x', lastState: {} };
  return {
    phase: code === 0 ? 'Succeeded' : 'Failed',
    containerStatuses: [{ name: 'c', state: { terminated }, ...container }],
  };
}

const conditions = (actions: readonly Action[]) =>
  statusIn<JobStatus>(actions)?.conditions?.map(({ type, reason }) => `${type} ${reason}`);
const creates = (actions: readonly Action[]): number => actions.filter((action) => action.do === 'create').length;

/** Plays the Job to its end: pods end with the given codes, one after the other; the API does what is asked. */
function play(start: Job, codes: readonly number[], rounds = 30) {
  let current = start;
  let pods: Pod[] = [];
  let made = 0;
  for (let round = 0; round < rounds; round += 1) {
    const { actions } = planJob(current, pods, new Date(now.getTime() + round * 3_600_000));
    for (const action of actions) {
      if (action.do === 'create')
        pods.push({ ...(action.object as Pod), metadata: { ...action.object.metadata, uid: `p${made++}` } });
      if (action.do === 'status') current = { ...current, status: action.status as JobStatus };
      if (action.do === 'delete') pods = pods.filter(({ metadata }) => metadata.uid !== action.object.metadata.uid);
      if (action.do === 'patch') {
        const patch = action.patch as { metadata: Partial<Pod['metadata']> };
        pods = pods.map((one) =>
          one.metadata.uid === action.object.metadata.uid
            ? { ...one, metadata: { ...one.metadata, ...patch.metadata } }
            : one,
        );
      }
    }
    pods = pods.map((one, at) =>
      one.status ? one : { ...one, status: ended(codes[Number(one.metadata.uid?.slice(1))] ?? 0, at) },
    );
  }
  return { status: current.status ?? {}, pods, made };
}

describe('Job', () => {
  it.each<[string, Partial<Job['spec']>, number[], string[], Partial<JobStatus>, number]>([
    [
      'one success',
      {},
      [0],
      ['SuccessCriteriaMet CompletionsReached', 'Complete CompletionsReached'],
      { succeeded: 1 },
      1,
    ],
    [
      'a failure, then a success',
      {},
      [1, 0],
      ['SuccessCriteriaMet CompletionsReached', 'Complete CompletionsReached'],
      { succeeded: 1, failed: 1 },
      2,
    ],
    [
      'backoffLimit 0',
      { backoffLimit: 0 },
      [1],
      ['FailureTarget BackoffLimitExceeded', 'Failed BackoffLimitExceeded'],
      { failed: 1 },
      1,
    ],
    [
      'backoffLimit 2',
      { backoffLimit: 2 },
      [1, 1, 1, 0],
      ['FailureTarget BackoffLimitExceeded', 'Failed BackoffLimitExceeded'],
      { failed: 3 },
      3,
    ],
    [
      'five completions, two at once',
      { completions: 5, parallelism: 2 },
      [],
      ['SuccessCriteriaMet CompletionsReached', 'Complete CompletionsReached'],
      { succeeded: 5 },
      5,
    ],
    [
      'indexed, one index twice',
      { completions: 3, parallelism: 3, completionMode: 'Indexed' },
      [0, 1],
      ['SuccessCriteriaMet CompletionsReached', 'Complete CompletionsReached'],
      { succeeded: 3, failed: 1, completedIndexes: '0-2' },
      4,
    ],
  ])('%s', (_case, spec, codes, expected, counts, pods) => {
    const { status, made, pods: left } = play(job(spec, {}), codes);
    expect(status.conditions?.map(({ type, reason }) => `${type} ${reason}`)).toEqual(expected);
    expect(status).toMatchObject({ ...counts, uncountedTerminatedPods: {} });
    expect(made).toBe(pods);
    expect(left.flatMap(({ metadata }) => metadata.finalizers ?? [])).toEqual([]);
  });

  it('counts an ended pod once: lists it, frees it, then counts it', () => {
    const one = job({ completions: 2 });
    const pod = podIn(one, 'p', ended(0));
    const listed = statusIn<JobStatus>(planJob(one, [pod], now).actions);
    expect(listed).toMatchObject({ uncountedTerminatedPods: { succeeded: [pod.metadata.uid] } });
    expect(listed?.succeeded).toBeUndefined();
    const next: Job = { ...one, status: listed ?? {} };
    expect(brief(planJob(next, [pod], now).actions)).toContain('patch Pod p');
    const freed = { ...pod, metadata: { ...pod.metadata, finalizers: [] } };
    expect(statusIn<JobStatus>(planJob(next, [freed], now).actions)).toMatchObject({
      succeeded: 1,
      uncountedTerminatedPods: {},
    });
  });

  it('waits 10 s after a failure, twice as long after the next', () => {
    const one = job();
    const first = podIn(one, 'a', ended(1, 4), { finalizers: [] });
    const second = podIn(one, 'b', ended(1, 4), { finalizers: [] });
    const status = { startTime: ago(30), uncountedTerminatedPods: {} };
    expect(planJob({ ...one, status: { ...status, failed: 1 } }, [first], now)).toMatchObject({ againMs: 6_000 });
    expect(planJob({ ...one, status: { ...status, failed: 2 } }, [first, second], now)).toMatchObject({
      againMs: 16_000,
    });
  });

  it('fails when it is active for longer than activeDeadlineSeconds, and stops its pods', () => {
    const one = job({ activeDeadlineSeconds: 20 });
    const { actions } = planJob(one, [podIn(one, 'p', { phase: 'Running' })], now);
    expect(brief(actions)).toEqual(['delete Pod p', 'status Job task']);
    // `Failed` only once the pod has ended.
    expect(conditions(actions)).toEqual(['FailureTarget DeadlineExceeded']);
  });

  it('looks again when its deadline comes', () => {
    const one = job({ activeDeadlineSeconds: 40 });
    expect(planJob(one, [podIn(one, 'p', { phase: 'Running' })], now).againMs).toBe(10_000);
  });

  it('suspended: stops its pods, says so, and starts its clock anew when it goes on', () => {
    const one = job({ suspend: true });
    const { actions } = planJob(one, [podIn(one, 'p', { phase: 'Running' })], now);
    expect(brief(actions)).toContain('delete Pod p');
    expect(conditions(actions)).toEqual(['Suspended JobSuspended']);
    const status = statusIn<JobStatus>(actions) ?? {};
    expect(status.startTime).toBeUndefined();
    const resumed = planJob({ ...one, spec: { ...one.spec, suspend: false }, status }, [], now);
    expect(conditions(resumed.actions)).toEqual(['Suspended JobResumed']);
    expect(statusIn<JobStatus>(resumed.actions)?.startTime).toBe(ago(0));
    expect(creates(resumed.actions)).toBe(1);
  });

  it('counts a pod that was deleted while it ran as failed', () => {
    const one = job({ backoffLimit: 0 });
    const { actions } = planJob(one, [podIn(one, 'p', { phase: 'Running' }, { deletionTimestamp: ago(1) })], now);
    expect(statusIn<JobStatus>(actions)?.conditions).toMatchObject([{ type: 'FailureTarget' }]);
  });

  it('is deleted ttlSecondsAfterFinished after its end, not before', () => {
    const done = [{ type: 'Complete', status: 'True', lastProbeTime: ago(10), lastTransitionTime: ago(10) }];
    const one = (ttl: number): Job => job({ ttlSecondsAfterFinished: ttl }, { conditions: done });
    expect(planJob(one(30), [], now)).toEqual({ actions: [], againMs: 20_000 });
    expect(brief(planJob(one(10), [], now).actions)).toEqual(['delete Job task']);
  });

  it('a finished one starts nothing, whatever happens to its pods', () => {
    const done = [{ type: 'Failed', status: 'True', lastProbeTime: ago(10), lastTransitionTime: ago(10) }];
    expect(planJob(job({}, { conditions: done }), [], now).actions).toEqual([]);
  });

  it('gives indexed pods their index', () => {
    const { actions } = planJob(job({ completionMode: 'Indexed', completions: 2, parallelism: 2 }), [], now);
    const pods = actions.filter((action) => action.do === 'create').map((action) => action.object as Pod);
    expect(pods.map(({ metadata }) => metadata.annotations?.[indexAnnotation])).toEqual(['0', '1']);
    expect(pods[1]?.spec.containers[0]?.env).toMatchObject([{ name: 'JOB_COMPLETION_INDEX' }]);
  });

  it('frees the pods of a Job that is gone', () => {
    expect(
      brief(releaseOrphans([podIn(job(), 'p', ended(0)), podIn(job(), 'q', ended(0), { finalizers: [] })])),
    ).toEqual(['patch Pod p']);
  });
});
