import { expect, it } from 'vitest';
import { silent } from '../../../core/log.ts';
import type { KubeObject } from '../../../core/resource.ts';
import type { World } from '../../cluster/world.ts';
import { runNamespaces } from './controller.ts';

it('a namespace that was made again keeps its content, though the cache still has the one that went', async () => {
  const metadata = { name: 'again', uid: 'old', deletionTimestamp: '2026-01-02T03:04:05Z' };
  const old: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata, spec: { finalizers: ['kubernetes'] } };
  const made = { ...old, metadata: { name: 'again', uid: 'new' } };
  const asked: string[] = [];
  let ring = (_before: undefined, _after: KubeObject): void => {};
  const looked = Promise.withResolvers<void>();
  const world = {
    log: silent,
    shelf: () => ({
      get: () => old,
      onChange: (listener: typeof ring) => {
        ring = listener;
        return () => {};
      },
    }),
    onGone: () => () => {},
    client: {
      find: async ({ name }: { name: string }) => {
        asked.push(`find ${name}`);
        looked.resolve();
        return made;
      },
    },
    request: async (method: string, path: string) => asked.push(`${method} ${path}`),
  } as unknown as World;

  const running = runNamespaces(world);
  ring(undefined, old);
  await looked.promise;
  await running.close();
  expect(asked).toEqual(['find again']);
});
