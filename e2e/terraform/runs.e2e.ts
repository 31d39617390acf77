import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Connection, connect } from '../../src/kube/connect.ts';
import { applyManifests, readManifests } from '../../src/local/mode/manifests.ts';
import { hindranceOf } from '../../src/source/cluster/run-end.ts';
import { TerraformJobs } from '../../test/support/terraform-jobs.ts';
import { exec } from '../cluster/exec.ts';
import { kubectl, lane } from '../delivery/lane.ts';
import { pushInfrastructure, pushScripts } from './image.ts';

const namespace = 'terraform-runs';
const variables = { TF_VAR_workspace: 'staging' };

/** A resource whose creation waits for a file in its pod. */
const slow = `
variable "slow" { default = false }
resource "terraform_data" "slow" {
  count      = var.slow ? 1 : 0
  depends_on = [terraform_data.database]
  provisioner "local-exec" {
    command = "echo the middle is reached; while [ ! -e /tmp/gate ]; do sleep 0.1; done"
  }
}
`;

const scripts = {
  fails: '#!/bin/sh\necho one; echo two >&2; exit 3\n',
  eats: '#!/bin/sh\ntail /dev/zero\n',
  writes: '#!/bin/sh\ntrap "sleep 4; echo the state is written; exit 6" TERM\necho up\nwhile :; do sleep 0.1; done\n',
  waits: '#!/bin/sh\ntrap "exit 9" TERM\necho up\nwhile :; do sleep 0.1; done\n',
};

describe('runs of an infrastructure image in real pods', { timeout: 180_000 }, () => {
  let connection: Connection;
  let infrastructure: TerraformJobs;
  let plain: TerraformJobs;
  beforeAll(async () => {
    connection = await connect({ kubeconfigPath: lane.kubeconfigPath, userAgent: 'e2e' });
    const { client } = connection;
    await applyManifests(client, await readManifests('charts/alustan/files'));
    plain = new TerraformJobs(client, await pushScripts('runs/plain', scripts), namespace);
    const image = await pushInfrastructure('runs/infrastructure', '1.0.0', { 'terraform/slow.tf': slow });
    infrastructure = new TerraformJobs(client, image, namespace);
    await plain.prepare();
  }, 120_000);
  afterAll(async () => {
    await kubectl('delete', 'namespace', namespace, '--wait', '--timeout=90s');
    // The chart brings it in other suites of this cluster, and takes over nothing that it did not make.
    await kubectl('delete', 'clusterrole', 'alustan-runner', '--ignore-not-found');
    await connection.close();
  }, 120_000);

  /** The pod of a Job, once its log holds the words. */
  async function podThatSays(jobs: TerraformJobs, job: string, words: string): Promise<string> {
    return await vi.waitFor(
      async () => {
        const name = (await jobs.pods(job))[0]?.metadata.name ?? '';
        expect(await kubectl('logs', '-n', namespace, name)).toContain(words);
        return name;
      },
      { timeout: 60_000, interval: 200 },
    );
  }
  /** What keeps a run from starting, in the end: a kubelet that has not read a Secret yet says so first. */
  const hinders = (job: string, what: object): Promise<void> =>
    vi.waitFor(async () => expect(hindranceOf(await plain.pods(job))).toMatchObject(what), {
      timeout: 60_000,
      interval: 200,
    });

  it('an exit code, with the lines of both streams', async () => {
    // A kubelet reads two pipes: which of the streams it reads first is not said.
    const end = await plain.run('code', 'fails');
    expect({ ...end, tail: [...end.tail].sort() }).toMatchObject({
      exitCode: 3,
      reason: 'Error',
      tail: ['one', 'two'],
    });
  });

  it('out of memory', async () => {
    const container = { resources: { limits: { memory: '24Mi' } } };
    const job = await plain.start('memory', 'eats', {}, { container });
    expect(await plain.end(job)).toMatchObject({ reason: 'OOMKilled', exitCode: 137 });
  });

  it('evicted, as by kubectl drain', async () => {
    const job = await plain.start('evicted', 'waits');
    const pod = await podThatSays(plain, job, 'up');
    const eviction = JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace } });
    const path = `/api/v1/namespaces/${namespace}/pods/${pod}/eviction`;
    const program = 'printf %s "$3" | kubectl --kubeconfig "$1" create --raw "$2" -f -';
    await exec('/bin/sh', ['-c', program, 'sh', lane.kubeconfigPath, path, eviction]);
    expect(await plain.end(job)).toMatchObject({ reason: expect.stringMatching(/^(Evicted|PodLost)$/) });
  });

  it('deleted', async () => {
    const job = await plain.start('deleted', 'waits');
    await kubectl('delete', 'pod', '-n', namespace, await podThatSays(plain, job, 'up'), '--wait=false');
    expect(await plain.end(job)).toMatchObject({ reason: 'PodLost' });
  });

  it('its time is over: it gets its grace, and keeps its log', async () => {
    const job = await plain.start('late', 'writes');
    const pod = await podThatSays(plain, job, 'up');
    await kubectl('patch', 'pod', '-n', namespace, pod, '-p', '{"spec":{"activeDeadlineSeconds":1}}');
    const end = { reason: 'DeadlineExceeded', exitCode: 6, tail: ['up', 'the state is written'] };
    expect(await plain.end(job)).toMatchObject(end);
    expect(await kubectl('logs', '-n', namespace, pod)).toContain('the state is written');
  });

  it('the deadline of its Job, which takes the log', async () => {
    const job = await plain.start('deadline', 'waits');
    await podThatSays(plain, job, 'up');
    const patch = '{"spec":{"activeDeadlineSeconds":1}}';
    await kubectl('patch', 'job', '-n', namespace, job, '--type=merge', '-p', patch);
    expect(await plain.end(job)).toMatchObject({ reason: 'DeadlineExceeded' });
  });

  it('an image without a shell', async () => {
    const image = await pushScripts('runs/shellless', scripts, false);
    const end = await plain.end(await plain.start('shellless', 'fails', {}, { image }));
    expect(end).toMatchObject({ reason: 'StartError', message: expect.stringContaining('/bin/sh') });
    expect(end.exitCode).toBeUndefined();
  });

  it('an image that is missing, a Secret that is missing, no node', async () => {
    const missing = await plain.start('missing', 'fails', {}, { image: 'localhost:7070/runs/none:1' });
    const envFrom = [{ secretRef: { name: 'none' } }];
    const secretless = await plain.start('secretless', 'fails', {}, { envFrom });
    const nowhere = await plain.start('nowhere', 'fails', {}, { pod: { nodeSelector: { planet: 'mars' } } });
    await hinders(missing, { reason: expect.stringMatching(/^(ErrImagePull|ImagePullBackOff)$/) });
    await hinders(secretless, { reason: 'CreateContainerConfigError', message: 'secret "none" not found' });
    await hinders(nowhere, { reason: 'Unschedulable' });
  });

  it('F4 the plan that was approved is applied, once, and not when the state has moved', async () => {
    const of = (ALUSTAN_PLAN: string, more = {}) => ({ ...variables, ...more, ALUSTAN_PLAN });
    const larger = { TF_VAR_database_size: 'large' };
    const run = (words: string, given: Record<string, string>) => infrastructure.run('approved-1', words, given);
    expect(await run('plan -detailed-exitcode', of('first'))).toMatchObject({ exitCode: 2 });
    expect((await infrastructure.left()).filter((name) => name.includes('kept.plan'))).toHaveLength(2);
    expect(await run('deploy', of('first'))).toMatchObject({ exitCode: 0 });
    expect(await run('deploy', of('first'))).toMatchObject({ exitCode: 75 });
    expect(await run('plan', of('second', larger))).toMatchObject({ exitCode: 0 });
    expect(await run('deploy', { ...variables, TF_VAR_region: 'elsewhere' })).toMatchObject({ exitCode: 0 });
    const stale = await run('deploy', of('second', larger));
    expect(stale).toMatchObject({ exitCode: 75, output: expect.stringContaining('the state has moved') });
    expect(await run('destroy -c', variables)).toMatchObject({ exitCode: 0 });
    expect((await infrastructure.left()).filter((name) => name.includes('approved-1'))).toEqual([]);
  });

  it('a lock of another object with the same state is left alone', async () => {
    const shared = { ...variables, STATE_NAME: 'shared' };
    const job = await infrastructure.start('holder', 'deploy', { ...shared, TF_VAR_slow: 'true' });
    const pod = await podThatSays(infrastructure, job, 'the middle is reached');
    const refused = await infrastructure.run('other', 'unlock', shared);
    expect(refused).toMatchObject({ exitCode: 1 });
    expect(refused.output).toContain('is not the run that died: it is left alone');
    await kubectl('exec', '-n', namespace, pod, '--', 'touch', '/tmp/gate');
    expect(await infrastructure.end(job)).toMatchObject({ exitCode: 0 });
  });
});
