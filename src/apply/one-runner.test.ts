import { expect, it } from 'vitest';
import type { JobRequest } from '../core/plan.ts';
import type { KubeObject } from '../core/resource.ts';
import { JobApplier } from './job.ts';
import { terraformJob } from './terraform-job.ts';
import { FakeApi, terraformRun } from './testing.ts';

const owner = {
  apiVersion: 'alustan.io/v1alpha1',
  kind: 'Terraform',
  namespace: 'shop',
  name: 'd'.repeat(99),
  uid: 'u1',
};
const requestOf = (name: string): JobRequest => {
  return { owner, name, namespace: 'shop', attempt: 1, inputsHash: 'i', serviceAccount: 'runner', run: terraformRun };
};
const jobOf = (name: string, uid: string): KubeObject => {
  const job = terraformJob(requestOf(name), terraformRun);
  return { ...job, metadata: { ...job.metadata, uid } };
};

/** As by a cluster that does not write the label, or where somebody has taken it off. */
function withoutUid(pod: KubeObject): KubeObject {
  const { 'batch.kubernetes.io/controller-uid': _, ...labels } = pod.metadata.labels ?? {};
  return { ...pod, metadata: { ...pod.metadata, labels } };
}

function podOf(job: KubeObject, phase: string): KubeObject {
  const { name, namespace = '', uid = '', labels } = job.metadata;
  const own = { ...labels, 'batch.kubernetes.io/controller-uid': uid };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: `${name}-x`, namespace, labels: own }, status: { phase } };
}

it.each<[string, KubeObject[], boolean]>([
  ['where nothing is', [], true],
  ['where all that ran has ended', [podOf(jobOf('db-deploy-0', 'j0'), 'Failed')], true],
  ['where a pod runs whose Job somebody has deleted', [podOf(jobOf('db-deploy-0', 'j0'), 'Running')], false],
  ['where a pod runs that tells of no Job', [withoutUid(podOf(jobOf('db-deploy-0', 'j0'), 'Running'))], false],
  ['where one waits whose Job had the same name', [podOf(jobOf('db-deploy-1', 'j0'), 'Pending')], false],
  ['where nobody hears of a pod', [podOf(jobOf('db-deploy-0', 'j0'), 'Unknown')], false],
  [
    'where it is there already, with its pod',
    [jobOf('db-deploy-1', 'j1'), podOf(jobOf('db-deploy-1', 'j1'), 'Running')],
    true,
  ],
])('E31 begins a run %s: %o', async (_, there, begins) => {
  const api = new FakeApi();
  for (const object of there) api.put(object);
  const jobs = new JobApplier(api.client(), { image: 'x', command: [] }, async () => undefined);
  const answer = await jobs.apply({ type: 'run-job', job: requestOf('db-deploy-1') }, new AbortController().signal);
  expect(api.objects.has('Job shop/db-deploy-1')).toBe(begins);
  if (begins) expect(answer).toMatchObject({ ok: true });
  else
    expect(answer).toMatchObject({
      ok: false,
      failure: { kind: 'waiting', reason: 'PodTerminating', retryAfterMs: 5000 },
    });
});
