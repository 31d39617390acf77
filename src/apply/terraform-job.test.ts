import { describe, expect, it } from 'vitest';
import type { JobRequest } from '../core/plan.ts';
import type { TerraformRun } from '../core/terraform-run.ts';
import { terraformJob, terraformSecret } from './terraform-job.ts';

const variables = {
  TF_VAR_password: 'hunter2 "quoted" $HOME\nline ünï',
  TF_VAR_long: 'x'.repeat(100 * 1024),
};
const run: TerraformRun = {
  type: 'terraform',
  purpose: 'post-deploy',
  image: 'alustan/infrastructure:1.0.2',
  script: './aws-resource',
  args: '-workspace=hunter2-argument',
  variables,
  told: { ALUSTAN_PLAN: 'ab12' },
  env: [
    { name: 'AWS_KEY', valueFrom: { secretKeyRef: { name: 'aws', key: 'key' } } },
    { name: 'SCRIPT', value: './mine' },
  ],
  envFrom: [{ secretRef: { name: 'aws' } }],
  pod: { nodeSelector: { disk: 'ssd' }, terminationGracePeriodSeconds: 1 },
  container: { resources: { limits: { memory: '1Gi' } } },
  labels: { team: 'a', 'alustan.io/purpose': 'mine' },
  annotations: { note: 'b' },
  podHash: 'p1',
  timeoutSeconds: 3600,
  graceSeconds: 300,
};
const job: JobRequest = {
  owner: { apiVersion: 'alustan.io/v1alpha1', kind: 'Terraform', namespace: 'shop', name: 'staging', uid: 'u1' },
  name: 'staging-post-deploy-1a2b3c-1',
  namespace: 'shop',
  attempt: 1,
  inputsHash: '1a2b3c',
  serviceAccount: 'alustan-runner',
  run,
};

describe('the Job of a Terraform run', () => {
  const manifest = terraformJob(job, run);
  const { spec } = manifest as unknown as { spec: { template: { metadata: object; spec: Record<string, unknown> } } };
  const [container] = spec.template.spec['containers'] as [{ env: { name: string; value?: string }[] }];

  it('E26 is the image’s own CMD with SCRIPT, run once', () => {
    expect(spec).toMatchObject({ backoffLimit: 0, podReplacementPolicy: 'Failed' });
    expect(spec.template.spec).toMatchObject({ restartPolicy: 'Never', serviceAccountName: 'alustan-runner' });
    expect(container).toMatchObject({ name: 'terraform', image: 'alustan/infrastructure:1.0.2' });
    expect(container).not.toHaveProperty('command');
    expect(container).not.toHaveProperty('args');
    expect(container.env.filter(({ name }) => name === 'SCRIPT')).toEqual([
      { name: 'SCRIPT', value: './aws-resource' },
    ]);
  });

  it('E33 holds no value of a variable or an argument: they are in its Secret, as they are', () => {
    expect(JSON.stringify(manifest)).not.toContain('hunter2');
    const data = terraformSecret(job, run)['data'] as Record<string, string>;
    const read = Object.fromEntries(
      Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64').toString()]),
    );
    expect(read).toEqual({ ...variables, ALUSTAN_PLAN: 'ab12', ARGS: '-workspace=hunter2-argument' });
    for (const name of [...Object.keys(variables), 'ALUSTAN_PLAN', 'ARGS']) {
      const valueFrom = { secretKeyRef: { name: 'staging-post-deploy-1a2b3c-1', key: name } };
      expect(container.env).toContainEqual({ name, valueFrom });
    }
  });

  it('the pod’s own deadline comes first, since the Job’s would take its log', () => {
    expect(spec.template.spec['activeDeadlineSeconds']).toBe(3600 + 600);
    expect(spec).toMatchObject({ activeDeadlineSeconds: 3600 + 600 + 300 + 1800 });
  });

  it('takes what the user may set, and keeps what is ours', () => {
    expect(spec.template.spec).toMatchObject({ nodeSelector: { disk: 'ssd' }, terminationGracePeriodSeconds: 300 });
    expect(container).toMatchObject({
      resources: { limits: { memory: '1Gi' } },
      envFrom: [{ secretRef: { name: 'aws' } }],
    });
    expect(container.env[0]).toMatchObject({ name: 'AWS_KEY' });
    expect(spec.template.metadata).toMatchObject({ labels: { team: 'a', 'alustan.io/purpose': 'post-deploy' } });
    expect(manifest.metadata.annotations).toMatchObject({ 'alustan.io/pod': 'p1' });
  });

  it('E31 names its owner in a label whatever the length of the name: two that begin alike stay apart', () => {
    const labelOf = (name: string) => {
      const { metadata } = terraformJob({ ...job, owner: { ...job.owner, name } }, run);
      return metadata.labels?.['alustan.io/owner-name'] ?? '';
    };
    expect(labelOf('staging')).toBe('staging');
    const long = `${'a'.repeat(53)}.${'b'.repeat(199)}`;
    expect(labelOf(long)).toMatch(/^a{53}-[0-9a-f]{8}$/);
    expect(labelOf(`${long.slice(0, 252)}c`)).not.toBe(labelOf(long));
    expect(labelOf('x'.repeat(253))).toMatch(/^x{54}-[0-9a-f]{8}$/);
  });

  it('tells the script whose lock it takes', () => {
    const owner = '$(ALUSTAN_NAMESPACE)/$(ALUSTAN_NAME)/$(ALUSTAN_JOB_UID)';
    expect(container.env.at(-1)).toEqual({ name: 'ALUSTAN_OWNER', value: owner });
  });
});
