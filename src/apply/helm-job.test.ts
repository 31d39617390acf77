import { describe, expect, it } from 'vitest';
import type { JobRequest } from '../core/plan.ts';
import type { KubeObject } from '../core/resource.ts';
import { helmJob, helmSecrets, secretBudget } from './helm-job.ts';

const run = {
  type: 'helm-install',
  release: 'web',
  namespace: 'shop',
  chartDigest: 'sha256:x',
  values: { password: 'hunter2-canary' },
  sensitive: ['hunter2-canary'],
  labels: { 'alustan.io/inputs': '1a2b3c' },
  wait: false,
  conflicts: 'force',
  timeoutSeconds: 300,
} as const;
const job: JobRequest = {
  owner: { apiVersion: 'alustan.io/v1alpha1', kind: 'Service', namespace: 'shop', name: 'web', uid: 'u1' },
  name: 'web-1a2b3c-1',
  namespace: 'shop',
  attempt: 1,
  inputsHash: '1a2b3c',
  serviceAccount: 'alustan-runner',
  run,
};

const dataOf = (secret: KubeObject) =>
  Object.entries(secret['data'] as Record<string, string>).map(
    ([name, text]) => [name, Buffer.from(text, 'base64')] as const,
  );

describe('the Secrets of a Job', () => {
  it('are one for a small chart: immutable, owned by the object', () => {
    const [secret, ...more] = helmSecrets(job, run, Buffer.from('chart'));
    expect(more).toEqual([]);
    expect(secret).toMatchObject({ immutable: true, metadata: { name: job.name, ownerReferences: [{ uid: 'u1' }] } });
    expect(dataOf(secret as KubeObject).map(([name]) => name)).toEqual(['job.json', 'values.json', 'chart.tgz.000']);
  });

  it.each([1, secretBudget - 10, secretBudget, secretBudget + 1, 3 * secretBudget + 7])(
    'carry a chart of %i bytes whole and in order, none above the budget',
    (size) => {
      const chart = Buffer.alloc(size, 'abcdefg');
      const secrets = helmSecrets(job, run, chart);
      const parts = secrets.flatMap(dataOf).filter(([name]) => name.startsWith('chart.tgz.'));
      expect(parts.map(([name]) => name)).toEqual(parts.map(([name]) => name).sort());
      expect(Buffer.concat(parts.map(([, bytes]) => bytes)).equals(chart)).toBe(true);
      const sizes = secrets.map((secret) => dataOf(secret).reduce((sum, [, bytes]) => sum + bytes.length, 0));
      expect(Math.max(...sizes)).toBeLessThanOrEqual(secretBudget);
      expect(new Set(secrets.map((secret) => secret.metadata.name)).size).toBe(secrets.length);
    },
  );
});

describe('the Job', () => {
  const manifest = helmJob(job, 2, { image: 'alustan:1', command: ['alustan'] });
  const text = JSON.stringify(manifest);

  it('E2 holds no value: they travel in Secrets', () => expect(text).not.toContain('hunter2'));
  it('E26 runs once: retries are the plan’s', () => expect(manifest['spec']).toMatchObject({ backoffLimit: 0 }));
  it('E20 has a pod that ends before its Job would take the log of it', () => {
    const spec = { activeDeadlineSeconds: 300 + 600, terminationGracePeriodSeconds: 60 };
    expect(manifest['spec']).toMatchObject({ activeDeadlineSeconds: 300 + 600 + 60 + 1800, template: { spec } });
  });
  it('E33 runs as the tenant’s ServiceAccount', () => expect(text).toContain('"serviceAccountName":"alustan-runner"'));
  it('mounts all its Secrets in one folder', () => {
    expect(text).toContain('[{"secret":{"name":"web-1a2b3c-1"}},{"secret":{"name":"web-1a2b3c-1-1"}}]');
  });
  it('keeps the restricted pod security', () => {
    for (const word of ['"runAsNonRoot":true', '"drop":["ALL"]', '"readOnlyRootFilesystem":true', 'RuntimeDefault']) {
      expect(text).toContain(word);
    }
  });
  it('is not owned from another namespace', () => {
    const remote = helmJob({ ...job, namespace: 'alustan' }, 1, { image: 'a', command: [] });
    expect(remote.metadata.ownerReferences).toBeUndefined();
  });
});
