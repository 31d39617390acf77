import { describe, expect } from 'vitest';
import { eventually } from '../delivery/flow.ts';
import { api, kubectl } from '../delivery/lane.ts';
import { nodeName } from '../node/files.ts';
import { killInPod } from '../node/pod-processes.ts';
import { flow, soleFlow } from './flow.ts';
import { flowsImage } from './flows-image.ts';
import type { Ground } from './ground.ts';

const deploy = ['begins', 'middle', 'ends'];

/** A deploy that has been held in its middle, after one that has succeeded; gives what the first one made. */
async function beginSecondDeploy(ground: Ground, spec: object = {}) {
  await ground.create('db', { ...spec, variables: { TF_VAR_region: 'a' } });
  await ground.reached('db', 'Completed Delivered');
  const state = await ground.state('db');
  ground.hold('db', 'middle');
  await ground.edit('db', { variables: { TF_VAR_region: 'b' } });
  await ground.asked('db', ...deploy, 'begins', 'middle');
  expect(await ground.isLocked('db')).toBe(true);
  return { state, pod: await ground.pod('db') };
}

/** Nothing is lost and nothing doubled: what the first deploy made is there, with one more of what each makes anew. */
async function intact(ground: Ground, before: Awaited<ReturnType<Ground['state']>>): Promise<void> {
  const after = await ground.state('db');
  expect(after?.ids).toEqual({ ...before?.ids, 'terraform_data.gated': expect.any(String) });
  expect(after?.serial).toBeGreaterThan(before?.serial ?? 0);
  expect(await ground.isLocked('db')).toBe(false);
  expect(ground.told('db')).toEqual([...deploy, 'begins', 'middle', ...deploy]);
}

/** Runs that are killed, beside other flows. */
export function killFlows(): void {
  flow(
    'F4 a runner killed by SIGKILL in the middle of an apply: the lock is freed, nothing is lost or doubled',
    'tf-killed',
    async (ground) => {
      const { state, pod } = await beginSecondDeploy(ground);
      expect(killInPod(pod.uid, 'terraform')).toBeGreaterThan(0);
      await eventually(async () => expect(ground.runs('db')).toContain('unlock'));
      ground.open('db', 'middle');
      await ground.reached('db', 'Completed Delivered');
      expect(ground.runs('db')).toEqual(['deploy', 'deploy', 'unlock', 'deploy']);
      const unlock = ground.jobsMade().find((job) => job.startsWith('db-unlock-'));
      expect(await kubectl('logs', '-n', ground.namespace, `job/${unlock}`)).toContain('freeing the lock');
      await intact(ground, state);
    },
  );

  flow(
    'a plan that is deleted, then killed: it is made again, no approval is carried over, the lock is freed',
    'tf-plan',
    async (ground) => {
      const approve = async () => {
        const { plan, job } = await ground.reached('db', 'Progressing ApprovalRequired', /waits for approval/);
        await ground.annotate('db', { 'alustan.io/approve': plan?.hash });
        return { hash: plan?.hash, job: job?.name };
      };
      // One second from SIGTERM to SIGKILL: less than a plan that is held needs.
      await ground.create('db', { approval: 'manual', gracePeriod: '1s', variables: { TF_VAR_region: 'a' } });
      const first = await approve();
      await ground.reached('db', 'Completed Delivered');
      const state = await ground.state('db');
      const before = ground.told('db');
      ground.hold('db', 'plans');
      await ground.edit('db', { variables: { TF_VAR_region: 'b' } });
      await ground.asked('db', ...before, 'plans');
      expect(await ground.isLocked('db')).toBe(true);
      await kubectl('delete', 'pod', '-n', ground.namespace, (await ground.pod('db')).name, '--wait=false');
      await ground.asked('db', ...before, 'plans', 'plans');
      expect(await ground.isLocked('db')).toBe(true);
      expect((await ground.status('db')).message).toMatch(/db-plan-\S+ plans .*was interrupted/);
      expect(killInPod((await ground.pod('db')).uid, 'terraform')).toBeGreaterThan(0);
      await ground.asked('db', ...before, 'plans', 'plans', 'plans');
      ground.open('db', 'plans');
      await ground.reached('db', 'Progressing ApprovalRequired');
      expect(ground.runs('db')).toEqual(['plan', 'deploy', 'plan', 'unlock', 'plan', 'unlock', 'plan']);
      expect(await ground.state('db')).toEqual(state);
      const last = await approve();
      expect([last.hash, last.job]).not.toEqual([first.hash, first.job]);
      await ground.reached('db', 'Completed Delivered');
      expect(ground.runs('db').at(-1)).toBe('deploy');
      expect(ground.told('db').filter((word) => word === 'ends')).toHaveLength(2);
      expect((await ground.state('db'))?.ids).toEqual({ ...state?.ids, 'terraform_data.gated': expect.any(String) });
    },
  );
}

/** What befalls the whole node: these have it for themselves. */
export function nodeFlows(): void {
  describe('the node of a run', () => {
    soleFlow(
      'F4 is drained: Terraform writes its state and frees the lock; the run waits for a node, then goes on',
      'tf-drained',
      async (ground) => {
        const { state, pod } = await beginSecondDeploy(ground);
        // Its script has begun; that its container runs the node tells a little later, and gives no log before.
        const running = ['--for=jsonpath={.status.phase}=Running', '--timeout=60s'];
        await kubectl('wait', '-n', ground.namespace, `pod/${pod.name}`, ...running);
        const log = kubectl('logs', '-f', '-n', ground.namespace, pod.name);
        try {
          const ways = ['--ignore-daemonsets', '--delete-emptydir-data', '--force', '--timeout=120s'];
          await kubectl('drain', nodeName, ...ways);
          expect(await log).toMatch(/Interrupt received[\s\S]*Gracefully shutting down/);
          await waits(ground, /untolerated taint|unschedulable/);
          expect(await ground.isLocked('db')).toBe(false);
          expect((await ground.state('db'))?.serial).toBeGreaterThan(state?.serial ?? 0);
          // One that tolerates what keeps others away is run meanwhile.
          const tolerations = [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }];
          await ground.create('tolerant', { tolerations });
          await ground.reached('tolerant', 'Completed Delivered');
        } finally {
          ground.open('db', 'middle');
          await kubectl('uncordon', nodeName);
        }
        // Its pod may be gone before the next controller is there.
        await goesOn(ground, /evicted from the node|its pod is gone/);
        await intact(ground, state);
      },
    );

    soleFlow(
      'F4 sends it away for a critical pod: no failure of the script; it waits for room, then goes on',
      'tf-preempted',
      async (ground) => {
        const cpu = await mostOfTheNode();
        const { state } = await beginSecondDeploy(ground, { resources: { requests: { cpu } } });
        try {
          await runCritical(ground, cpu);
          await waits(ground, /Insufficient cpu/);
        } finally {
          ground.open('db', 'middle');
          await kubectl('delete', 'pod', '-n', ground.namespace, 'critical', '--now');
        }
        await goesOn(ground, /evicted from the node \(Preempted in order to admit critical pod\)/);
        await intact(ground, state);
      },
    );
  });
}

/** The next run is there, is told as one after an interruption, and no node takes its pod. */
async function waits(ground: Ground, words: RegExp): Promise<void> {
  await eventually(async () => {
    const { state, message, job, conditions = [] } = await ground.status('db');
    const reason = conditions.find(({ type }) => type === 'Ready')?.reason;
    expect({ state, reason, failures: job?.failures ?? 0 }).toMatchObject({ state: 'Progressing', failures: 0 });
    expect(message).toMatch(/its pod waits: Unschedulable/);
    expect(message).toMatch(words);
  });
}

/** It has gone on, and nobody was blamed for the interruption, which is told. */
async function goesOn(ground: Ground, words: RegExp): Promise<void> {
  const { job } = await ground.reached('db', 'Completed Delivered');
  expect(job).toMatchObject({ purpose: 'deploy', failures: 0, interruptions: 1 });
  expect(job?.interruption).toMatch(words);
  expect(ground.runs('db')).toEqual(['deploy', 'deploy', 'unlock', 'deploy']);
}

/** More than half of the node's processors: it has room for one such pod. */
async function mostOfTheNode(): Promise<string> {
  const node = await api.json<{ status: { allocatable: { cpu: string } } }>('GET', `/api/v1/nodes/${nodeName}`);
  return `${Number(node.status.allocatable.cpu) * 600}m`;
}

/** Put on the node by hand, so that its kubelet has to make room for it, and not the scheduler. */
async function runCritical({ namespace }: Ground, cpu: string): Promise<void> {
  const container = { name: 'critical', image: `${flowsImage}:1.0.0`, command: ['sleep', '3600'] };
  await api.json('POST', `/api/v1/namespaces/${namespace}/pods`, {
    metadata: { name: 'critical' },
    spec: {
      nodeName,
      priorityClassName: 'system-node-critical',
      terminationGracePeriodSeconds: 0,
      containers: [{ ...container, resources: { requests: { cpu } } }],
    },
  });
}
