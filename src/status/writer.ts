import type { KubeObject } from '../core/resource.ts';
import type { KubeClient } from '../kube/client.ts';
import { mergePatch } from './merge-patch.ts';

/**
 * The only writer of statuses. It writes what changed and nothing else, and remembers what it wrote: a cache that lags
 * behind its own write would otherwise make the next pass decide on yesterday's status (and count an attempt twice).
 */
export class StatusWriter {
  readonly #client: KubeClient;
  readonly #written = new Map<string, KubeObject>();

  constructor(client: KubeClient) {
    this.#client = client;
  }

  /** The newer one of what the cache holds and what was written last. */
  freshest(cached: KubeObject): KubeObject {
    const uid = cached.metadata.uid ?? '';
    const written = this.#written.get(uid);
    if (written === undefined) return cached;
    if (version(written) > version(cached)) return written;
    this.#written.delete(uid);
    return cached;
  }

  /**
   * Makes the object's status equal to `status`; no request when it is already. Rejects with KubeError, 409 when the
   * object was changed since (then the pass is repeated on the newer one).
   */
  async write(object: KubeObject, status: object): Promise<KubeObject> {
    const before = JSON.parse(JSON.stringify(object['status'] ?? {})) as Record<string, unknown>;
    const after = JSON.parse(JSON.stringify(status)) as Record<string, unknown>;
    const patch = mergePatch(before, after);
    if (patch === undefined) return object;
    const { apiVersion, kind, metadata } = object;
    const reference = {
      apiVersion,
      kind,
      name: metadata.name,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    };
    const body = { metadata: { resourceVersion: metadata.resourceVersion }, status: patch };
    const written = await this.#client.patch(reference, 'merge', body, { subresource: 'status' });
    this.#written.set(metadata.uid ?? '', written);
    return written;
  }

  /** Call when an object is gone. */
  forget(uid: string): void {
    this.#written.delete(uid);
  }
}

/** resourceVersions of one object are comparable numbers on every API server that etcd or its like backs. */
function version(object: KubeObject): bigint {
  const text = object.metadata.resourceVersion ?? '';
  return /^\d+$/.test(text) ? BigInt(text) : 0n;
}
