import { expect, it } from 'vitest';
import type { ServiceObject } from '../../api/service.ts';
import type { KubeObject } from '../../core/resource.ts';
import { ok } from '../../core/result.ts';
import type { Job } from '../../plan/service/facts.ts';
import type { ReleaseRecord } from '../../source/cluster/releases.ts';
import { lookerOf } from '../../source/cluster/watches.ts';
import type { Caches } from '../caches.ts';
import { releaseOf } from './release.ts';

const at = '2026-11-28T02:00:00Z';
const before: ReleaseRecord = {
  uid: 'u',
  release: 'web',
  namespace: 'shop',
  revision: 1,
  status: 'deployed',
  inputs: 'old',
  createdAt: '2026-11-28T01:00:00Z',
  chart: 'web-1',
  objects: [],
};
const after: ReleaseRecord = { ...before, revision: 2, inputs: 'new', createdAt: at };
const recorded = { name: 'web-2', purpose: 'deliver', inputsHash: 'new', attempt: 1, startedAt: at };
const job: Job = { name: 'web-2', purpose: 'deliver', inputsHash: 'new', attempt: 1, phase: 'succeeded' };

/** What is taken for the release where the cache has `cached` and the API server has the work of the Job. */
async function taken(status: object | undefined, cached: ReleaseRecord, jobs: readonly Job[] = [job]): Promise<string> {
  const service = {
    metadata: { namespace: 'shop', name: 'web' },
    spec: { source: { releaseName: 'web' } },
    status: { job: status },
  } as unknown as ServiceObject;
  const metadata = { name: 'web-2', namespace: 'shop', creationTimestamp: at };
  const made: KubeObject = { apiVersion: 'batch/v1', kind: 'Job', metadata };
  let from = 'cache';
  const tools = {
    releases: {
      newest: async () => ok(cached),
      newestLive: async () => {
        from = 'API server';
        return ok(after);
      },
    },
    caches: { jobs: { get: () => made } } as unknown as Pick<Caches, 'jobs'>,
  };
  const looker = lookerOf({ kind: 'Service', namespace: 'shop', name: 'web' }, 'runner');
  const found = await releaseOf(tools, { service, looker, jobs }, new AbortController().signal);
  return `${from}: ${found.ok ? found.value?.revision : found.failure.message}`;
}

it.each<[string, object | undefined, ReleaseRecord, readonly Job[], string]>([
  ['no Job was ever recorded', undefined, before, [], 'cache: 1'],
  ['the Job runs', recorded, before, [{ ...job, phase: 'active' }], 'cache: 1'],
  ['the Job has ended, and the cache lags', recorded, before, [job], 'API server: 2'],
  ['the cache has what only this Job can have made', recorded, after, [job], 'cache: 2'],
  [
    'its end is known, and the look of then has failed',
    { ...recorded, phase: 'succeeded' },
    before,
    [job],
    'API server: 2',
  ],
  ['its end is known, and it is gone', { ...recorded, phase: 'succeeded' }, before, [], 'API server: 2'],
  [
    'its revision is known, and the cache lags',
    { ...recorded, phase: 'succeeded', revision: 2 },
    before,
    [job],
    'API server: 2',
  ],
  ['its revision is in the cache', { ...recorded, phase: 'succeeded', revision: 2 }, after, [job], 'cache: 2'],
  ['it has failed', { ...recorded, phase: 'failed' }, before, [{ ...job, phase: 'failed' }], 'cache: 1'],
  ['it was an uninstall', { ...recorded, purpose: 'uninstall', phase: 'succeeded' }, before, [], 'cache: 1'],
])('E20 where %s', async (_, status, cached, jobs, from) => {
  expect(await taken(status, cached, jobs)).toBe(from);
});
