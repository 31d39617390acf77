import type { ObjectRef } from '../../src/core/plan.ts';
import type { KubeObject } from '../../src/core/resource.ts';
import type { WatchingClient } from '../../src/kube/client.ts';

/** A request to the API server. */
export type Sent = Readonly<{ verb: string; kind: string; namespace: string; name: string }>;

const verbs = new Set(['get', 'find', 'list', 'create', 'update', 'patch', 'delete', 'pages', 'watch', 'podLog']);

/** The same client, with what is asked of it written down. */
export function recording(client: WatchingClient, sent: Sent[]): WatchingClient {
  return new Proxy(client, {
    get(target, property: string) {
      const method = (target as unknown as Record<string, unknown>)[property];
      if (typeof method !== 'function') return method;
      if (property === 'as') return (...call: [never]) => recording(target.as(...call), sent);
      return (...call: unknown[]) => {
        if (verbs.has(property)) sent.push(describe(property, call));
        return method.apply(target, call) as unknown;
      };
    },
  });
}

function describe(verb: string, [first, second, third, fourth]: unknown[]): Sent {
  const { kind = 'Pod', metadata, ...ref } = first as KubeObject & ObjectRef;
  const where = { ...ref, ...metadata, ...(verb === 'list' || verb === 'pages' ? (second as ObjectRef) : {}) };
  const status = (fourth as { subresource?: string } | undefined)?.subresource === 'status' || third === 'status';
  return { verb, kind: status ? `${kind}/status` : kind, namespace: where.namespace ?? '', name: where.name ?? '' };
}
