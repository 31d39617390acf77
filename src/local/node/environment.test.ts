import { describe, expect, it } from 'vitest';
import { pod } from '../cluster/fixtures.ts';
import type { Container } from '../cluster/types.ts';
import { decode, environmentOf, type Lookup } from './environment.ts';

const data: Record<string, Record<string, string>> = {
  'Secret/s': { user: 'u' },
  'ConfigMap/c': { mode: 'fast', 'log-level': 'info' },
};
const lookup: Lookup = async (kind, name) => data[`${kind}/${name}`];
const web = pod('web-1', { meta: { uid: 'u1', labels: { app: 'web' }, annotations: { a: 'b' } } });

async function environment(container: Partial<Container>): Promise<Record<string, string> | string> {
  return await environmentOf(web, { name: 'c', image: 'x', ...container }, lookup).catch(
    (error: Error) => error.message,
  );
}

describe('environment of a container', () => {
  it.each<[string, Partial<Container>, Record<string, string> | string]>([
    ['values', { env: [{ name: 'A', value: '1' }, { name: 'B' }] }, { A: '1', B: '' }],
    [
      'earlier variables',
      {
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '$(A)-$$(A)-$(C)' },
        ],
      },
      { A: '1', B: '1-$(A)-$(C)' },
    ],
    [
      'a key of a Secret',
      { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'user' } } }] },
      { A: 'u' },
    ],
    [
      'a key of a ConfigMap',
      { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'c', key: 'mode' } } }] },
      { A: 'fast' },
    ],
    [
      'all of a ConfigMap',
      { envFrom: [{ prefix: 'X_', configMapRef: { name: 'c' } }] },
      { X_mode: 'fast', 'X_log-level': 'info' },
    ],
    [
      'its own over all of a Secret',
      { envFrom: [{ secretRef: { name: 's' } }], env: [{ name: 'user', value: 'me' }] },
      { user: 'me' },
    ],
    [
      'what is optional and not there',
      {
        envFrom: [{ secretRef: { name: 'no', optional: true } }],
        env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'no', key: 'k', optional: true } } }],
      },
      {},
    ],
    [
      'no Secret of that name',
      { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'no', key: 'k' } } }] },
      'secret "no" not found',
    ],
    [
      'no key of that name',
      { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } }] },
      "couldn't find key k in ConfigMap shop/c",
    ],
    ['no ConfigMap of that name', { envFrom: [{ configMapRef: { name: 'no' } }] }, 'configmap "no" not found'],
  ])('%s', async (_case, container, expected) => expect(await environment(container)).toEqual(expected));

  it.each([
    ['metadata.name', 'web-1'],
    ['metadata.namespace', 'shop'],
    ['metadata.uid', 'u1'],
    ["metadata.labels['app']", 'web'],
    ["metadata.annotations['a']", 'b'],
    ['metadata.labels', 'app="web"'],
    ['spec.nodeName', 'local'],
    ['status.podIP', ''],
  ])('field %s', async (fieldPath, value) => {
    expect(await environment({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath } } }] })).toEqual({ A: value });
  });

  it('reads Secrets and both parts of ConfigMaps', () => {
    const base = { apiVersion: 'v1', metadata: { name: 'x' } };
    expect(decode({ ...base, kind: 'Secret', data: { a: 'aGk=' } })['a']?.toString()).toBe('hi');
    const map = decode({ ...base, kind: 'ConfigMap', data: { a: 'hi' }, binaryData: { b: 'AAE=' } });
    expect([map['a']?.toString(), map['b']]).toEqual(['hi', Buffer.from([0, 1])]);
  });
});
