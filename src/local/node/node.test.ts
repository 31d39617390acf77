import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { KubeObject } from '../../core/resource.ts';
import { openStage, type Stage } from '../cluster/testing.ts';
import type { Pod } from '../cluster/types.ts';
import type { ImagePresent } from './images.ts';
import { shellRunner } from './shell-runner.fixture.ts';
import type { ImageState } from './simulate.ts';
import type { LocalNode } from './start.ts';

const account: KubeObject = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'default', namespace: 'default' },
};

function runnerPod(name: string, script: string, more: { spec?: object; container?: object } = {}): KubeObject {
  const container = { name: 'main', image: 'runner', args: [script], ...more.container };
  const spec = { restartPolicy: 'Never', automountServiceAccountToken: false, containers: [container], ...more.spec };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec };
}

const refOf = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name });
const phase = (object: KubeObject): string | undefined => (object as Pod).status?.phase;
const state = (object: KubeObject) => (object as Pod).status?.containerStatuses?.[0]?.state;

describe('the node on the embedded API', () => {
  let stage: Stage;
  let node: LocalNode;
  const missing = new Set<string>();
  beforeAll(async () => {
    stage = await openStage();
    await stage.client.create(account).catch(() => {});
    const imagePresent: ImagePresent = async (image) =>
      missing.has(image) ? { missing: `${image}: not found` } : ({} as ImageState);
    node = await stage.node({ runners: shellRunner, imagePresent });
  }, 60_000);
  afterAll(() => stage.close());

  it('a runner gets its volumes, environment and kubeconfig, and its last words are kept', async () => {
    await stage.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'in', namespace: 'default' },
      stringData: { 'job.json': 'work' },
    });
    const script =
      'cat "$INPUT/job.json"; echo; echo "$WHO" >&2; pwd; grep -c token "$KUBECONFIG"; printf %s done > "$RESULT"; exit 4';
    const env = [
      { name: 'INPUT', value: '/inputs' },
      { name: 'RESULT', value: '/dev/termination-log' },
      { name: 'WHO', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    ];
    const volumes = [{ name: 'in', secret: { secretName: 'in' } }];
    const container = { env, volumeMounts: [{ name: 'in', mountPath: '/inputs' }] };
    await stage.apply(runnerPod('reads', script, { container, spec: { volumes } }));
    const done = await stage.until(refOf('reads'), (pod) => phase(pod) === 'Failed');
    expect(state(done)?.terminated).toMatchObject({ exitCode: 4, reason: 'Error', message: 'done' });
    const log = await readFile(join(stage.podLogDir, 'default', 'reads', 'main.log'), 'utf8');
    expect(log.split('\n')).toEqual([
      'work',
      'reads',
      join(stage.dir, 'pods', done.metadata.uid ?? '', 'home'),
      '1',
      '',
    ]);
  });

  it('a runner whose pod is deleted is told to stop, and its files go', async () => {
    await stage.apply(runnerPod('stops', 'trap "echo told; exit 0" TERM; echo up; while :; do sleep 0.05; done'));
    const running = await stage.until(refOf('stops'), (pod) => phase(pod) === 'Running');
    const log = join(stage.podLogDir, 'default', 'stops', 'main.log');
    await vi.waitFor(async () => expect(await readFile(log, 'utf8')).toBe('up\n'), 5000);
    await stage.client.delete(refOf('stops'), { gracePeriodSeconds: 5 });
    await stage.gone(refOf('stops'));
    await vi.waitFor(() => expect(existsSync(join(stage.dir, 'pods', running.metadata.uid ?? ''))).toBe(false), 10_000);
  });

  it('a runner that ignores SIGTERM is killed when its grace is over', async () => {
    await stage.apply(runnerPod('stubborn', 'trap "" TERM; while :; do sleep 0.1; done'));
    await stage.until(refOf('stubborn'), (pod) => phase(pod) === 'Running');
    const started = Date.now();
    await stage.client.delete(refOf('stubborn'), { gracePeriodSeconds: 1 });
    await stage.gone(refOf('stubborn'));
    // Not after the 30 s that a pod has by default.
    expect(Date.now() - started).toBeLessThan(15_000);
  });

  it('a pod that is active for too long is ended and says so', async () => {
    const script = 'trap "echo put away; exit 6" TERM; echo up; while :; do sleep 0.05; done';
    await stage.apply(runnerPod('slow', script, { spec: { activeDeadlineSeconds: 1 } }));
    const done = await stage.until(refOf('slow'), (pod) => phase(pod) === 'Failed');
    expect((done as Pod).status).toMatchObject({ reason: 'DeadlineExceeded' });
    // As by a kubelet: its grace is its own, how it ended is told, and its log stays.
    expect(state(done)?.terminated).toMatchObject({ exitCode: 6 });
    expect(await readFile(join(stage.podLogDir, 'default', 'slow', 'main.log'), 'utf8')).toBe('up\nput away\n');
  });

  it('a runner that lacks a Secret waits for it and says so', async () => {
    const env = [{ name: 'A', valueFrom: { secretKeyRef: { name: 'later', key: 'a' } } }];
    await stage.apply(runnerPod('lacks', 'echo "$A"', { container: { env } }));
    const waits = await stage.until(
      refOf('lacks'),
      (pod) => state(pod)?.waiting?.reason === 'CreateContainerConfigError',
    );
    expect(state(waits)?.waiting?.message).toBe('secret "later" not found');
    await stage.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'later', namespace: 'default' },
      stringData: { a: '1' },
    });
    await stage.until(refOf('lacks'), (pod) => phase(pod) === 'Succeeded');
  });

  it('a pretended pod waits for its image and starts when it is pushed', async () => {
    missing.add('shop/api:2');
    const containers = [{ name: 'main', image: 'shop/api:2' }];
    await stage.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'pulls', namespace: 'default' },
      spec: { containers },
    });
    const waits = await stage.until(refOf('pulls'), (pod) => state(pod)?.waiting?.reason === 'ErrImagePull');
    expect(state(waits)?.waiting?.message).toBe('shop/api:2: not found');
    missing.clear();
    node.imagesChanged();
    await stage.until(refOf('pulls'), (pod) => phase(pod) === 'Running');
    expect(await readdir(join(stage.podLogDir, 'default', 'pulls'))).toEqual(['main.log']);
  });
});

describe('a node that is killed', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
    await stage.client.create(account).catch(() => {});
  }, 60_000);
  afterAll(() => stage.close());

  function otherNode() {
    const module = JSON.stringify(new URL('./crash.fixture.ts', import.meta.url).href);
    const where = JSON.stringify([stage.kubeconfigPath, stage.dir, stage.podLogDir]);
    const script = `const { runNode } = await import(${module}); await runNode(...${where});`;
    return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
  }

  it('its successor adopts what survived, and proves dead what did not; nothing runs twice', async () => {
    const first = otherNode();
    const go = join(stage.dir, 'go');
    await stage.apply(
      runnerPod('survives', `echo start; while [ ! -e ${go} ]; do sleep 0.05; done; echo end; exit 7`),
      runnerPod('dies', 'echo start; sleep 60'),
    );
    await stage.until(refOf('survives'), (pod) => phase(pod) === 'Running');
    const dies = await stage.until(refOf('dies'), (pod) => phase(pod) === 'Running');
    first.kill('SIGKILL');
    const pid = Number(
      await readFile(join(stage.dir, 'pods', dies.metadata.uid ?? '', 'runs', 'main', '0', 'pid'), 'utf8'),
    );
    process.kill(-pid, 'SIGKILL');

    const node = await stage.node({ runners: shellRunner });
    const dead = await stage.until(refOf('dies'), (pod) => phase(pod) === 'Failed');
    expect(state(dead)?.terminated).toMatchObject({ exitCode: 137, reason: 'ContainerStatusUnknown' });
    expect(phase(await stage.client.get(refOf('survives')))).toBe('Running');
    const touch = runnerPod('touch', `touch ${go}`);
    await stage.apply(touch);
    const done = await stage.until(refOf('survives'), (pod) => phase(pod) === 'Failed');
    expect(state(done)?.terminated?.exitCode).toBe(7);
    expect(await readFile(join(stage.podLogDir, 'default', 'survives', 'main.log'), 'utf8')).toBe('start\nend\n');

    await stage.apply(runnerPod('last', 'echo $$; exec sleep 60'));
    await stage.until(refOf('last'), (pod) => phase(pod) === 'Running');
    const log = join(stage.podLogDir, 'default', 'last', 'main.log');
    await vi.waitFor(async () => expect(await readFile(log, 'utf8')).toMatch(/^\d+\n$/), 5000);
    const last = Number(await readFile(log, 'utf8'));
    await node.close();
    expect(() => process.kill(last, 0)).toThrow('ESRCH');
  });
});
