import type { ActAs } from '../../core/plan.ts';
import type { KubeObject } from '../../core/resource.ts';
import { type KubeClient, KubeError, type Page, type WatchEvent, type WatchingClient } from '../../kube/client.ts';

/** Lists and watches of one pretended API server, for tests: what they hold, and what is refused. */
export class FakeCluster {
  readonly objects: KubeObject[] = [];
  /** Status of the answer to every list and watch from now on. */
  refuses: number | undefined;
  /** Lists and watches that were opened: `list Secret shop`. */
  readonly asked: string[] = [];
  readonly #watches = new Set<{ send: (events: WatchEvent[]) => void; fail: (error: KubeError) => void }>();
  #version = 1;

  /** Watches that are open now. */
  get open(): number {
    return this.#watches.size;
  }

  client(): WatchingClient {
    const client: Pick<WatchingClient, 'pages' | 'watch' | 'as' | 'resourceType'> = {
      pages: (type, options) => this.#pages(type.kind, `list ${type.kind} ${options?.namespace ?? ''}`),
      watch: (type, options, signal) => this.#watch(`watch ${type.kind} ${options.namespace ?? ''}`, signal),
      as: (_who: ActAs) => this.client(),
      resourceType: async (apiVersion, kind) => {
        if (kind === 'Unknown') throw new KubeError(404, 'UnknownKind', `the server does not know ${kind}`);
        return { apiVersion, kind, plural: `${kind.toLowerCase()}s`, namespaced: !kind.startsWith('Cluster') };
      },
    };
    return client as WatchingClient & KubeClient;
  }

  put(object: KubeObject): void {
    this.#version += 1;
    const next = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
    const at = this.objects.findIndex(({ metadata }) => metadata.name === object.metadata.name);
    if (at < 0) this.objects.push(next);
    else this.objects[at] = next;
    for (const watch of this.#watches) watch.send([{ type: at < 0 ? 'ADDED' : 'MODIFIED', object: next }]);
  }

  /** Ends all watches, and refuses what follows; undefined: serves again. */
  refuse(status: number | undefined): void {
    this.refuses = status;
    if (status !== undefined)
      for (const watch of this.#watches) watch.fail(new KubeError(status, 'Refused', 'refused'));
  }

  #check(asked: string): void {
    this.asked.push(asked);
    if (this.refuses !== undefined) throw new KubeError(this.refuses, 'Refused', `the server answers ${this.refuses}`);
  }

  async *#pages(kind: string, asked: string): AsyncGenerator<Page> {
    this.#check(asked);
    const items = this.objects.filter((object) => object.kind === kind);
    yield { items: structuredClone(items), resourceVersion: String(this.#version) };
  }

  async *#watch(asked: string, signal: AbortSignal): AsyncGenerator<WatchEvent[]> {
    this.#check(asked);
    let next = Promise.withResolvers<WatchEvent[]>();
    const watch = {
      send: (events: WatchEvent[]) => next.resolve(structuredClone(events)),
      fail: (error: KubeError) => next.reject(error),
    };
    signal.addEventListener('abort', () => next.reject(signal.reason));
    this.#watches.add(watch);
    try {
      for (;;) {
        const events = await next.promise;
        next = Promise.withResolvers();
        yield events;
      }
    } finally {
      this.#watches.delete(watch);
    }
  }
}
