import { describe, expect, it } from 'vitest';
import { KubeError } from '../../kube/client.ts';
import type { Run } from '../../plan/terraform/facts.ts';
import { envSecrets, GivenSecrets } from './env-secrets.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const secrets: Record<string, Record<string, string>> = {
  aws: { id: base64('AKIA'), key: base64('canary-key'), region: base64('us-east-1') },
  all: { token: base64('canary-token') },
};

function clientThat(status?: number) {
  return {
    find: async ({ name }: { name: string }) => {
      if (status !== undefined) throw new KubeError(status, 'Refused', 'no');
      const data = secrets[name];
      return data && { apiVersion: 'v1', kind: 'Secret', metadata: { name }, data };
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

describe('E33 a Secret that is rotated while a run is under way', () => {
  const run = (more: Partial<Run>): Run => ({
    name: 'j-1',
    uid: 'u',
    purpose: 'deploy',
    inputsHash: 'h',
    attempt: 1,
    phase: 'active',
    began: false,
    alive: true,
    ...more,
  });
  const end = { exitCode: 1, tail: [] };
  const ended = run({ phase: 'failed', began: true, alive: false, end });

  /** What is told at each look, and how often the Secrets were read. */
  async function looks(...all: readonly (readonly [runs: readonly Run[], now: string])[]) {
    const given = new GivenSecrets();
    let reads = 0;
    const told: (readonly string[])[] = [];
    for (const [runs, now] of all) {
      const read = async () => {
        reads += 1;
        return [now];
      };
      told.push(await given.of('Terraform shop/db', runs, read));
    }
    return { told, reads };
  }

  it('is known by all its values once the run has ended, and read no more than it must be', async () => {
    const begun = run({ began: true });
    const { told, reads } = await looks([[run({})], 'old'], [[begun], 'new'], [[begun], 'newer'], [[ended], 'newest']);
    expect([told, reads]).toEqual([[[], [], [], ['old', 'new', 'newest']], 3]);
  });

  it('is forgotten with the run', async () => {
    const { told } = await looks(
      [[run({})], 'old'],
      [[{ ...ended, end: undefined } as unknown as Run], 'new'],
      [[ended], 'new'],
    );
    expect(told.at(-1)).toEqual(['new']);
  });

  it('is asked for again where it could not be read', async () => {
    const given = new GivenSecrets();
    const failing = async () => Promise.reject(new KubeError(503, 'ServiceUnavailable', 'later'));
    await expect(given.of('a', [run({})], failing)).rejects.toThrow('later');
    await given.of('a', [run({})], async () => ['old']);
    expect(await given.of('a', [ended], async () => ['new'])).toEqual(['old', 'new']);
  });
});
