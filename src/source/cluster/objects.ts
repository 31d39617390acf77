import type { ActAs, ObjectRef } from '../../core/plan.ts';
import type { KubeObject } from '../../core/resource.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { KubeError, type WatchingClient } from '../../kube/client.ts';
import type { Watches, WatchRequest } from './watches.ts';

/** Called when an object that somebody looked at has changed. */
export type ObjectChanged = (ref: ObjectRef) => void;

/** Reason of the failure where the API server does not know the kind: there can be no such object. */
export const unknownKind = 'UnknownKind';

/** Turns a live object into what is kept of it. */
export type Brief = (object: KubeObject) => KubeObject;

/**
 * Live objects of the tenants' releases, by one watch a kind and namespace, however many releases have such objects.
 */
export class LiveObjects {
  readonly #watches: Watches;
  readonly #client: WatchingClient;
  readonly #brief: Brief;
  readonly #changed: ObjectChanged;

  constructor(watches: Watches, client: WatchingClient, brief: Brief, changed: ObjectChanged) {
    this.#watches = watches;
    this.#client = client;
    this.#brief = brief;
    this.#changed = changed;
  }

  /** The object as the tenant sees it; undefined when it does not exist. */
  async get(actAs: ActAs, ref: ObjectRef, signal: AbortSignal): Promise<Result<KubeObject | undefined>> {
    const scope = await this.#scope(ref);
    if (!scope.ok) return scope;
    const { namespace, name } = { ...ref, ...scope.value };
    const cache = await this.#watches.get(this.#request(actAs, { ...ref, namespace: namespace ?? '' }), signal);
    if (!cache.ok) return cache;
    return ok(cache.value.get({ name, ...(namespace === undefined ? {} : { namespace }) }));
  }

  /** All objects of a kind in a namespace whose labels hold the given ones. */
  async selected(
    actAs: ActAs,
    kind: Readonly<{ apiVersion: string; kind: string }>,
    labels: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<readonly KubeObject[]> {
    const request = this.#request(actAs, { ...kind, namespace: actAs.namespace, name: '' });
    const cache = await this.#watches.get(request, signal);
    if (!cache.ok) return [];
    return cache.value.list().filter((object) => {
      const own = object.metadata.labels ?? {};
      return Object.entries(labels).every(([key, value]) => own[key] === value);
    });
  }

  #request(actAs: ActAs, ref: ObjectRef): WatchRequest {
    const { apiVersion, kind } = ref;
    // A tenant may be allowed one cluster-scoped object by name; a list of all would be refused.
    const scope = ref.namespace ? { namespace: ref.namespace } : { fieldSelector: `metadata.name=${ref.name}` };
    return {
      ...{ actAs, apiVersion, kind },
      ...scope,
      transform: this.#brief,
      onChange: (before, after) => {
        const { name, namespace } = (after ?? before)?.metadata ?? { name: '' };
        this.#changed({ apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) });
      },
    };
  }

  async #scope(ref: ObjectRef): Promise<Result<{ namespace: string | undefined }>> {
    try {
      const type = await this.#client.resourceType(ref.apiVersion, ref.kind);
      return ok({ namespace: type.namespaced ? ref.namespace : undefined });
    } catch (error) {
      if (!(error instanceof KubeError)) throw error;
      const reason = error.reason === unknownKind ? unknownKind : 'ApiServerUnavailable';
      return fail('transient', reason, `${ref.kind} ${ref.name}: ${error.message}`);
    }
  }
}
