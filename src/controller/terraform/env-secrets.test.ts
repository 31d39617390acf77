import { expect, it } from 'vitest';
import { KubeError } from '../../kube/client.ts';
import { envSecrets } from './env-secrets.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const secrets: Record<string, Record<string, string>> = {
  aws: { id: base64('AKIA'), key: base64('canary-key'), region: base64('us-east-1') },
  all: { token: base64('canary-token') },
};

function clientThat(status?: number) {
  return {
    get: async ({ name }: { name: string }) => {
      const data = secrets[name];
      if (status !== undefined || data === undefined) throw new KubeError(status ?? 404, 'NotFound', 'no');
      return { apiVersion: 'v1', kind: 'Secret', metadata: { name }, data };
    },
  };
}

const spec = {
  env: [
    { name: 'PLAIN', value: 'x' },
    { name: 'AWS_SECRET_ACCESS_KEY', valueFrom: { secretKeyRef: { name: 'aws', key: 'key' } } },
    { name: 'GONE', valueFrom: { secretKeyRef: { name: 'gone', key: 'key' } } },
  ],
  envFrom: [{ secretRef: { name: 'all' } }, { configMapRef: { name: 'open' } }],
};
const { signal } = new AbortController();

it('E33 knows what the scripts are given from Secrets, and no more of them', async () => {
  expect(await envSecrets(clientThat(), 'shop', spec, signal)).toEqual(['canary-token', 'canary-key']);
  expect(await envSecrets(clientThat(), 'shop', {}, signal)).toEqual([]);
});

it('E33 an account that may not read them keeps no run from being told; a server that does not answer does', async () => {
  expect(await envSecrets(clientThat(403), 'shop', spec, signal)).toEqual([]);
  await expect(envSecrets(clientThat(503), 'shop', spec, signal)).rejects.toThrow('no');
});
