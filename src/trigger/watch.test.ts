import { describe, expect, it } from 'vitest';
import { formatKey, type Key } from '../core/key.ts';
import type { KubeObject } from '../core/resource.ts';
import type { ChangeHandler } from '../kube/reflector/store.ts';
import { watchTrigger } from './watch.ts';

/** A Job that belongs to a Service. */
const job = (name: string, owner: string): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace: 'shop', labels: { owner } },
});
const keysOf = ({ metadata }: KubeObject): Key[] => {
  const owner = metadata.labels?.['owner'];
  return owner ? [{ kind: 'Service', namespace: metadata.namespace ?? '', name: owner }] : [];
};

function setUp(here: KubeObject[] = []) {
  const handlers = new Set<ChangeHandler>();
  const reflector = {
    onChange(handler: ChangeHandler) {
      handlers.add(handler);
      for (const object of here) handler(undefined, object);
      return () => handlers.delete(handler);
    },
  };
  const rung: string[] = [];
  const stopping = new AbortController();
  const trigger = watchTrigger('watch Job', reflector, keysOf);
  const running = trigger.run((key) => rung.push(formatKey(key)), stopping.signal);
  const change: ChangeHandler = (before, after) => {
    for (const handler of handlers) handler(before, after);
  };
  return { trigger, rung, stopping, running, change, handlers };
}

describe('a watch rings', () => {
  it.each([
    { what: 'a new object', before: undefined, after: job('j', 'api'), rings: ['api'] },
    { what: 'a change', before: job('j', 'api'), after: job('j', 'api'), rings: ['api', 'api'] },
    { what: 'a change of owner, for both', before: job('j', 'api'), after: job('j', 'web'), rings: ['api', 'web'] },
    { what: 'one that has gone', before: job('j', 'api'), after: undefined, rings: ['api'] },
    { what: 'not for one that concerns nobody', before: undefined, after: job('j', ''), rings: [] },
  ])('for $what', async ({ before, after, rings }) => {
    const { rung, change, stopping, running } = setUp();
    change(before, after);
    expect(rung).toEqual(rings.map((name) => `Service/shop/${name}`));
    stopping.abort();
    await running;
  });

  it('for each object that is here when it starts', async () => {
    const { rung, stopping, running } = setUp([job('j', 'api'), job('k', 'web')]);
    expect(rung).toEqual(['Service/shop/api', 'Service/shop/web']);
    stopping.abort();
    await running;
  });

  it('no more once it is stopped', async () => {
    const { rung, change, stopping, running, handlers, trigger } = setUp();
    stopping.abort();
    await running;
    change(undefined, job('j', 'api'));
    await trigger.run(() => rung.push('again'), stopping.signal);
    expect(rung).toEqual([]);
    expect(handlers.size).toBe(0);
  });
});
