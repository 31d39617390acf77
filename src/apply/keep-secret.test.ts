import { describe, expect, it } from 'vitest';
import type { JobRequest } from '../core/plan.ts';
import type { KubeObject } from '../core/resource.ts';
import type { TerraformRun } from '../core/terraform-run.ts';
import { JobApplier } from './job.ts';
import { keptSecret } from './terraform-job.ts';
import { FakeApi, terraformRun } from './testing.ts';

const { signal } = new AbortController();
const run: TerraformRun = {
  ...terraformRun,
  args: '-x',
  variables: { TF_VAR_a: 'pw-hunter2' },
  told: { ALUSTAN_PLAN: 'ab12' },
  variablesHash: 'hash',
  keep: { secret: 'db-variables-1', sensitive: ['hunter2'] },
};
const job: JobRequest = {
  owner: { apiVersion: 'alustan.io/v1alpha1', kind: 'Terraform', namespace: 'shop', name: 'db', uid: 'u1' },
  name: 'db-deploy-1',
  namespace: 'shop',
  attempt: 1,
  inputsHash: 'i',
  serviceAccount: 'runner',
  run,
};
const secret = keptSecret(job, run) as KubeObject;

/** Starts the run where this Secret is there already. */
async function start(there?: KubeObject) {
  const api = new FakeApi();
  if (there !== undefined) api.put(there);
  const jobs = new JobApplier(api.client(), { image: 'x', command: [] }, async () => undefined);
  return { api, answer: await jobs.apply({ type: 'run-job', job }, signal) };
}

describe('E27 the Secret that keeps the variables of a deploy', () => {
  it('is written as the tenant, before its Job, and goes with its object', async () => {
    const { api } = await start();
    const asked = api.requests
      .filter(({ verb }) => verb !== 'list')
      .map(({ verb, name, who }) => `${verb} ${name} as ${who}`);
    expect(asked).toEqual(
      ['db-variables-1', 'db-deploy-1', 'db-deploy-1'].map((name) => `create ${name} as shop/runner`),
    );
    const kept = api.objects.get('Secret shop/db-variables-1');
    expect(kept?.metadata).toMatchObject({ ownerReferences: [{ kind: 'Terraform', uid: 'u1', controller: true }] });
    expect(kept?.['immutable']).toBe(true);
    const data = Object.entries(kept?.['data'] as Record<string, string>);
    const read = data.map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]);
    expect(Object.fromEntries(read)).toEqual({ TF_VAR_a: 'pw-hunter2', ALUSTAN_SENSITIVE: '["hunter2"]' });
    expect(api.objects.get('Job shop/db-deploy-1')?.metadata.annotations).toMatchObject({
      'alustan.io/variables': 'hash',
    });
  });

  it('is written by no other run', () => {
    const { keep: _, ...other } = run;
    expect(keptSecret(job, other)).toBeUndefined();
  });

  it('is the one that is there, where that keeps the same for the same object', async () => {
    const { api, answer } = await start(secret);
    expect(answer).toMatchObject({ ok: true });
    expect([...api.objects.keys()]).toContain('Job shop/db-deploy-1');
  });

  const { metadata } = secret;
  it.each<[string, KubeObject]>([
    ['somebody else’s', { ...secret, metadata: { namespace: 'shop', name: 'db-variables-1' } }],
    ['another content’s', { ...secret, metadata: { ...metadata, annotations: { 'alustan.io/variables': 'other' } } }],
    [
      'one that a person has made like it',
      { ...secret, metadata: { namespace: 'shop', name: 'db-variables-1', annotations: metadata.annotations ?? {} } },
    ],
  ])('is never written over: %s is left as it is, and nothing is run', async (_, there) => {
    const { api, answer } = await start(there);
    expect(answer).toMatchObject({
      ok: false,
      failure: { reason: 'SecretTaken', message: expect.stringContaining('shop/db-variables-1') },
    });
    expect([...api.objects.keys()]).toEqual(['Secret shop/db-variables-1']);
    expect(api.objects.get('Secret shop/db-variables-1')?.metadata).toMatchObject(there.metadata);
  });
});
