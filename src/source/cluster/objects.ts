import { isDeepStrictEqual } from 'node:util';
import type { ObjectRef } from '../../core/plan.ts';
import type { KubeObject } from '../../core/resource.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { KubeError, type WatchingClient } from '../../kube/client.ts';
import { type Looker, unknownKind, type Watches, type WatchRequest } from './watches.ts';

/** Called when what is kept of an object has changed. */
export type ObjectChanged = (ref: ObjectRef) => void;

/** What is kept of a live object, under a name of its own: those who keep different things share no watch. */
export type View = Readonly<{ name: string; keep: (object: KubeObject) => KubeObject }>;

/**
 * Live objects of the tenants' releases, by one watch a kind and namespace, however many releases have such objects.
 */
export class LiveObjects {
  readonly #watches: Watches;
  readonly #client: WatchingClient;
  readonly #view: View;
  readonly #changed: ObjectChanged;

  constructor(watches: Watches, client: WatchingClient, view: View, changed: ObjectChanged) {
    this.#watches = watches;
    this.#client = client;
    this.#view = view;
    this.#changed = changed;
  }

  /** The same reference, without a namespace where the kind has none; a kind that is not known is left as it is. */
  async place(ref: ObjectRef): Promise<ObjectRef> {
    const scope = await this.#scope(ref);
    if (!scope.ok || scope.value) return ref;
    const { namespace: _, ...placed } = ref;
    return placed;
  }

  /** The object as the tenant sees it; undefined when it does not exist. */
  async get(looker: Looker, ref: ObjectRef, signal: AbortSignal): Promise<Result<KubeObject | undefined>> {
    const scope = await this.#scope(ref);
    if (!scope.ok) return scope;
    const { apiVersion, kind, name } = ref;
    const namespace = scope.value ? ref.namespace : undefined;
    // A tenant may be allowed one cluster-scoped object by name; a list of all would be refused.
    const where =
      namespace === undefined ? { fieldSelector: `metadata.name=${name}` } : { namespace, ...narrowed(kind) };
    const cache = await this.#watches.get({ ...this.#request(looker, { apiVersion, kind }), ...where }, signal);
    if (!cache.ok) return cache;
    return ok(cache.value.get({ name, ...(namespace === undefined ? {} : { namespace }) }));
  }

  /** All objects of a kind in a namespace whose labels hold the given ones; none where they may not be read. */
  async selected(
    looker: Looker,
    of: Readonly<{ apiVersion: string; kind: string; namespace: string }>,
    labels: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<readonly KubeObject[]> {
    const { namespace, ...type } = of;
    const cache = await this.#watches.get({ ...this.#request(looker, type), namespace }, signal);
    if (!cache.ok) return [];
    return cache.value.list().filter((object) => {
      const own = object.metadata.labels ?? {};
      return Object.entries(labels).every(([key, value]) => own[key] === value);
    });
  }

  #request(looker: Looker, type: Readonly<{ apiVersion: string; kind: string }>): WatchRequest {
    return {
      looker,
      ...type,
      view: this.#view.name,
      transform: this.#view.keep,
      onChange: (before, after) => {
        if (before !== undefined && after !== undefined && isSame(before, after)) return;
        const { name, namespace } = (after ?? before)?.metadata ?? { name: '' };
        this.#changed({ ...type, name, ...(namespace === undefined ? {} : { namespace }) });
      },
    };
  }

  /** True for a namespaced kind. */
  async #scope({ apiVersion, kind, name }: ObjectRef): Promise<Result<boolean>> {
    try {
      return ok((await this.#client.resourceType(apiVersion, kind)).namespaced);
    } catch (error) {
      if (!(error instanceof KubeError)) throw error;
      const reason = error.reason === unknownKind ? unknownKind : 'ApiServerUnavailable';
      return fail('transient', reason, `${kind} ${name}: ${error.message}`);
    }
  }
}

/** Helm's records and our Jobs' inputs are most of a namespace's bytes, and nobody's objects. */
function narrowed(kind: string): { fieldSelector?: string } {
  return kind === 'Secret' ? { fieldSelector: 'type!=helm.sh/release.v1,type!=alustan.io/job-input' } : {};
}

/** A new version that says nothing new to us. */
function isSame(before: KubeObject, after: KubeObject): boolean {
  return isDeepStrictEqual(unversioned(before), unversioned(after));
}

function unversioned(object: KubeObject): KubeObject {
  const { resourceVersion: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
