import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../core/resource.ts';
import { openStage, type Stage } from '../cluster/testing.ts';
import type { Pod } from '../cluster/types.ts';
import { Scheduler } from './scheduler.ts';
import { shellRunner } from './shell-runner.fixture.ts';
import { Turns } from './turns.ts';

const refOf = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name });
const phase = (object: KubeObject): string | undefined => (object as Pod).status?.phase;

function podOf(name: string, image: string, script: string): KubeObject {
  const containers = [{ name: 'main', image, args: [script] }];
  const spec = { restartPolicy: 'Never', automountServiceAccountToken: false, containers };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec };
}

describe('a node with as many processes as it may have', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
    const metadata = { name: 'default', namespace: 'default' };
    await stage.client.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata }).catch(() => {});
  }, 60_000);
  afterAll(() => stage.close());

  it('a pod that waits says why, once it has waited for two seconds', async () => {
    const made = [(await stage.client.create(podOf('w1', 'runner', ''))) as Pod];
    const turns = new Turns({ limit: 0, sortOf: () => 'runner', pods: () => made });
    const scheduler = new Scheduler(stage.world, turns);
    const [pod] = made as [Pod];
    const born = Date.parse(pod.metadata.creationTimestamp ?? '');
    expect(await scheduler.place(pod, new Date(born + 500))).toBe(1500);
    await scheduler.place(pod, new Date(born + 2000));
    const told = (await stage.client.get(refOf('w1'))) as Pod;
    expect(told.status?.conditions).toMatchObject([
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message: expect.stringContaining('Too many pods'),
      },
    ]);
    // Before there is a node that would run them.
    for (const one of made) await stage.client.delete(refOf(one.metadata.name), { gracePeriodSeconds: 0 });
  });

  it('starts the next when one has ended, in order; pretended pods wait for none, and who waits outlives its end', async () => {
    const [go, diary] = [join(stage.dir, 'go'), join(stage.dir, 'diary')];
    const wait = `until [ -e ${go} ]; do sleep 0.05; done`;
    const one = (name: string, script: string) => podOf(name, 'runner', `echo ${name} >> ${diary}; ${script}`);
    const first = await stage.node({ runners: shellRunner, processesAtOnce: 1 });
    await stage.apply(one('a', 'exec sleep 60'));
    await stage.until(refOf('a'), (pod) => phase(pod) === 'Running');
    await stage.apply(one('b', wait), one('c', wait), podOf('pretended', 'nginx', ''));
    await stage.until(refOf('pretended'), (pod) => phase(pod) === 'Succeeded');
    // A pod is told to run when its process starts, a moment before that writes.
    const written = () => readFile(diary, 'utf8').catch(() => '');
    await expect.poll(written, { timeout: 15_000 }).toBe('a\n');
    expect(phase(await stage.client.get(refOf('b')))).toBe('Pending');

    await first.close();
    await stage.node({ runners: shellRunner, processesAtOnce: 1 });
    await stage.until(refOf('b'), (pod) => phase(pod) === 'Running');
    await expect.poll(written, { timeout: 15_000 }).toBe('a\nb\n');
    await writeFile(go, '');
    await stage.until(refOf('c'), (pod) => phase(pod) === 'Succeeded');
    expect(await readFile(diary, 'utf8')).toBe('a\nb\nc\n');
  });
});
