import type { Log } from '../../core/log.ts';
import type { KubeObject } from '../../core/resource.ts';

/** Called after the cache has changed; `before` is undefined for a new object, `after` for one that has gone. */
export type ChangeHandler = (before: KubeObject | undefined, after: KubeObject | undefined) => void;

/** Values by which an object is found; none: not in this index. */
export type Indexer = (object: KubeObject) => readonly string[];

/** A namespaced object's or a cluster-scoped one's name; a `Key` and an object's metadata are such. */
export type Named = Readonly<{ namespace?: string; name: string }>;

/** Objects by name and by index. Objects given out are the cache's own: readers do not change them. */
export class Store {
  readonly #objects = new Map<string, KubeObject>();
  readonly #indexers: ReadonlyMap<string, Indexer>;
  readonly #indexes = new Map<string, Map<string, Set<KubeObject>>>();
  readonly #handlers = new Set<ChangeHandler>();
  readonly #log: Log;

  constructor(indexers: Readonly<Record<string, Indexer>>, log: Log) {
    this.#indexers = new Map([['namespace', namespaceOf], ...Object.entries(indexers)]);
    for (const name of this.#indexers.keys()) this.#indexes.set(name, new Map());
    this.#log = log;
  }

  get size(): number {
    return this.#objects.size;
  }

  get(object: Named): KubeObject | undefined {
    return this.#objects.get(nameOf(object));
  }

  list(): KubeObject[] {
    return [...this.#objects.values()];
  }

  by(index: string, value: string): KubeObject[] {
    const found = this.#indexes.get(index);
    if (!found) throw new Error(`there is no index "${index}"`);
    return [...(found.get(value) ?? [])];
  }

  /** Told of every change from now on, and at once of each object that is here already. */
  subscribe(handler: ChangeHandler): () => void {
    this.#handlers.add(handler);
    for (const object of this.#objects.values()) this.#call(handler, undefined, object);
    return () => this.#handlers.delete(handler);
  }

  /** Takes a new or changed object; nothing happens when this very version is here. */
  put(object: KubeObject): void {
    const name = nameOf(object.metadata);
    const before = this.#objects.get(name);
    if (before && sameVersion(before, object)) return;
    this.#objects.set(name, object);
    if (before) this.#unindex(before);
    this.#index(object);
    this.#tell(before, object);
  }

  /** As `put`, unless something newer is here: what comes late must not turn time back. */
  putNewer(object: KubeObject): void {
    const here = this.#objects.get(nameOf(object.metadata));
    if (!here || isNewer(object, here)) this.put(object);
  }

  /** Deletes, unless a newer object of the same name is here. */
  deleteOlder(object: KubeObject): void {
    const here = this.#objects.get(nameOf(object.metadata));
    if (here && !isNewer(here, object)) this.delete(object.metadata);
  }

  delete(object: Named): void {
    const name = nameOf(object);
    const before = this.#objects.get(name);
    if (!before) return;
    this.#objects.delete(name);
    this.#unindex(before);
    this.#tell(before, undefined);
  }

  /** Deletes what a complete list did not name. */
  retain(listed: ReadonlySet<string>): void {
    for (const [name, object] of this.#objects) if (!listed.has(name)) this.delete(object.metadata);
  }

  #tell(before: KubeObject | undefined, after: KubeObject | undefined): void {
    for (const handler of this.#handlers) this.#call(handler, before, after);
  }

  /** One handler's error must neither stop the watch nor keep the others from hearing. */
  #call(handler: ChangeHandler, before: KubeObject | undefined, after: KubeObject | undefined): void {
    try {
      handler(before, after);
    } catch (error) {
      const { kind, metadata } = (after ?? before) as KubeObject;
      this.#log.error(
        { kind, namespace: metadata.namespace, name: metadata.name, err: error },
        'a watch handler failed',
      );
    }
  }

  #index(object: KubeObject): void {
    for (const [name, indexer] of this.#indexers) {
      const index = this.#indexes.get(name);
      for (const value of indexer(object)) {
        const members = index?.get(value);
        if (members) members.add(object);
        else index?.set(value, new Set([object]));
      }
    }
  }

  #unindex(object: KubeObject): void {
    for (const [name, indexer] of this.#indexers) {
      const index = this.#indexes.get(name);
      for (const value of indexer(object)) {
        const members = index?.get(value);
        members?.delete(object);
        if (members?.size === 0) index?.delete(value);
      }
    }
  }
}

/** Names hold no slash, so this is unique; a cluster-scoped object's namespace may be missing or empty. */
export function nameOf({ namespace, name }: Named): string {
  return namespace ? `${namespace}/${name}` : name;
}

function namespaceOf({ metadata: { namespace } }: KubeObject): readonly string[] {
  return namespace ? [namespace] : [];
}

/** Versions of one kind are numbers that grow (KEP-5504); where a server has others, whatever comes counts as newer. */
function isNewer(a: KubeObject, b: KubeObject): boolean {
  const [left, right] = [Number(a.metadata.resourceVersion), Number(b.metadata.resourceVersion)];
  return !(left <= right);
}

function sameVersion(a: KubeObject, b: KubeObject): boolean {
  return a.metadata.resourceVersion === b.metadata.resourceVersion && a.metadata.uid === b.metadata.uid;
}
