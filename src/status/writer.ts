import type { KubeObject } from '../core/resource.ts';
import type { KubeClient } from '../kube/client.ts';
import { mergePatch } from './merge-patch.ts';

/** The only writer of statuses: it writes what changed and nothing else. */
export class StatusWriter {
  readonly #client: KubeClient;

  constructor(client: KubeClient) {
    this.#client = client;
  }

  /**
   * Makes the object's status equal to `status`; no request when it is already. Rejects with KubeError, 409 when the
   * object was changed since (then the pass is repeated on the newer one).
   *
   * @returns the object as it is now; the given one when nothing was written.
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
    const { resourceVersion } = metadata;
    if (holdsNull(after)) {
      // In a merge patch null removes a field; what a script has printed may hold it all the same.
      const whole = [
        { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion },
        { op: 'add', path: '/status', value: after },
      ];
      return this.#client.patch(reference, 'json', whole, { subresource: 'status' });
    }
    const body = { metadata: { resourceVersion }, status: patch };
    return this.#client.patch(reference, 'merge', body, { subresource: 'status' });
  }
}

function holdsNull(value: unknown): boolean {
  if (value === null || typeof value !== 'object') return value === null;
  return Object.values(value).some(holdsNull);
}
