import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../core/resource.ts';
import type { KubeClient } from '../kube/client.ts';
import { StatusWriter } from './writer.ts';

const object = (version: string, status: object): KubeObject => ({
  apiVersion: 'alustan.io/v1alpha1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop', uid: 'u1', resourceVersion: version },
  status,
});

/** Records what is sent and answers as the API server does. */
function recording() {
  const sent: unknown[] = [];
  const client = {
    patch: async (...call: unknown[]) => {
      sent.push(call);
      return object('11', { state: 'Completed' });
    },
  } as unknown as KubeClient;
  return { sent, writer: new StatusWriter(client) };
}

describe('the status writer', () => {
  it('sends nothing when nothing changed', async () => {
    const { sent, writer } = recording();
    await writer.write(object('10', { state: 'Completed', conditions: [] }), { conditions: [], state: 'Completed' });
    expect(sent).toEqual([]);
  });

  it('sends the difference, for the version it was computed from', async () => {
    const { sent, writer } = recording();
    await writer.write(object('10', { state: 'Progressing', waiting: {} }), { state: 'Completed' });
    const reference = { apiVersion: 'alustan.io/v1alpha1', kind: 'Service', name: 'web', namespace: 'shop' };
    const body = { metadata: { resourceVersion: '10' }, status: { state: 'Completed', waiting: null } };
    expect(sent).toEqual([[reference, 'merge', body, { subresource: 'status' }]]);
  });

  it('E29 sends the whole status where it holds null, which a merge patch takes for nothing', async () => {
    const { sent, writer } = recording();
    const status = { state: 'Completed', postDeployOutput: { list: [{ a: null }] } };
    await writer.write(object('10', { state: 'Progressing' }), status);
    expect(sent).toMatchObject([
      [
        { name: 'web' },
        'json',
        [
          { op: 'replace', path: '/metadata/resourceVersion', value: '10' },
          { op: 'add', path: '/status', value: status },
        ],
        { subresource: 'status' },
      ],
    ]);
  });

  it('gives back the object as it is now', async () => {
    const { writer } = recording();
    const written = await writer.write(object('10', { state: 'Progressing' }), { state: 'Completed' });
    expect(written).toEqual(object('11', { state: 'Completed' }));
    expect(await writer.write(written, { state: 'Completed' })).toBe(written);
  });
});
