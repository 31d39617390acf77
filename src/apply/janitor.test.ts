import { expect, it } from 'vitest';
import type { KubeObject } from '../core/resource.ts';
import { KubeError } from '../kube/client.ts';
import { Janitor } from './janitor.ts';
import { FakeApi } from './testing.ts';

const job = (name: string): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace: 'shop', annotations: { 'alustan.io/input-secrets': '1' }, creationTimestamp: name },
  spec: { template: { spec: { serviceAccountName: 'tenant' } } },
  status: { conditions: [{ type: 'Complete', status: 'True' }] },
});
const secret = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'shop' },
});

function setUp() {
  const api = new FakeApi();
  const jobs = ['1', '2', '3', '4'].map(job);
  for (const object of [...jobs, secret('4')]) api.put(object);
  return { api, jobs, tidy: () => new Janitor(api.client()).tidy(jobs[3] as KubeObject, jobs) };
}

it('E33 tidies up as the account that the Job ran under', async () => {
  const { api, tidy } = setUp();
  await tidy();
  expect([...api.objects.keys()]).toEqual(['Job shop/2', 'Job shop/3', 'Job shop/4']);
  expect(new Set(api.requests.map(({ who }) => who))).toEqual(new Set(['shop/tenant']));
});

it('of what somebody may want to read the last log stays: newer looks for drift do not take that of the deploy', async () => {
  const api = new FakeApi();
  const purposes = ['deploy', 'deploy', 'post-deploy', 'drift', 'drift', 'drift', 'drift'];
  const jobs = purposes.map((purpose, index) => {
    const object = job(`${index}`);
    return { ...object, metadata: { ...object.metadata, labels: { 'alustan.io/purpose': purpose } } };
  });
  for (const object of jobs) api.put(object);
  await new Janitor(api.client()).tidy(jobs.at(-1) as KubeObject, jobs);
  expect([...api.objects.keys()]).toEqual(['1', '2', '4', '5', '6'].map((name) => `Job shop/${name}`));
});

it('of Jobs of one second the last attempts stay, in whatever order the cache has them', async () => {
  const api = new FakeApi();
  const jobs = ['3', '5', '1', '4', '2'].map((attempt) => {
    const { metadata, ...object } = job(attempt);
    const labels = { 'alustan.io/attempt': attempt };
    return { ...object, metadata: { ...metadata, labels, creationTimestamp: '2026-11-28T00:30:41Z' } };
  });
  for (const object of jobs) api.put(object);
  await new Janitor(api.client()).tidy(jobs[2] as KubeObject, jobs);
  expect([...api.objects.keys()].sort()).toEqual(['3', '4', '5'].map((name) => `Job shop/${name}`));
});

it('leaves to the collection of garbage what that account may no longer delete', async () => {
  const { api, tidy } = setUp();
  api.error = new KubeError(403, 'Forbidden', 'no rights');
  await tidy();
  expect(api.objects.size).toBe(5);
});

it('says when the API server does not answer: it is tried again', async () => {
  const { api, tidy } = setUp();
  api.error = new KubeError(503, 'ServiceUnavailable', 'later');
  await expect(tidy()).rejects.toThrow('later');
});
