import { expect, it } from 'vitest';
import type { RepositoryObject } from '../../api/repository.ts';
import { fail } from '../../core/result.ts';
import { gatherRepository, type RepositoryTools } from './gather.ts';

it('E10 a deletion without an account names the way out', async () => {
  const tools = {
    caches: { namespaces: { get: () => undefined } },
    ensureAccount: async () => fail('invalid', 'AccountNotFound', 'there is no ServiceAccount team'),
    looking: () => undefined,
    serviceAccount: 'alustan-runner',
  } as unknown as RepositoryTools;
  const repository = (deletionTimestamp?: string) =>
    ({
      metadata: { namespace: 'shop', name: 'shop', ...(deletionTimestamp ? { deletionTimestamp } : {}) },
      spec: { url: 'https://git.example/shop' },
      status: { inventory: [{ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'a', file: 'a.yaml' }] },
    }) as unknown as RepositoryObject;
  const told = (object: RepositoryObject) => gatherRepository(tools, object, new AbortController().signal);
  await expect(told(repository('2026-11-27T12:00:00Z'))).rejects.toThrow(
    /team; the annotation alustan\.io\/abandon: "true"/,
  );
  await expect(told(repository())).rejects.toThrow(/^there is no ServiceAccount team$/);
});
