import type { KubeObject } from '../../core/resource.ts';
import type { Reflector } from '../../kube/reflector/reflector.ts';
import type { ChangeHandler } from '../../kube/reflector/store.ts';

type Named = Readonly<{ namespace?: string; name: string }>;
type Written = Readonly<{ object: KubeObject; at: number }>;

/** Milliseconds after which the watch must have told of a write; until then the write's answer stands in for it. */
const trustMs = 10_000;

/**
 * The objects of one kind as the watch tells them, with what this process has written or deleted itself laid over
 * them: a controller must not act twice because the watch is late.
 */
export class Shelf<T extends KubeObject = KubeObject> {
  readonly reflector: Reflector;
  readonly #written = new Map<string, Written>();
  readonly #deleted = new Map<string, string>();
  readonly #now: () => number;

  constructor(reflector: Reflector, now: () => number = () => performance.now()) {
    this.reflector = reflector;
    this.#now = now;
    reflector.onChange((before, after) => this.#heard(before, after));
  }

  get(object: Named): T | undefined {
    return this.#seen(nameOf(object), this.reflector.get(object));
  }

  /** The object as the server last told it, without the deletions that it has not told of yet. */
  latest(object: Named): T | undefined {
    return this.#newest(nameOf(object), this.reflector.get(object)) as T | undefined;
  }

  all(): T[] {
    return this.#merge(this.reflector.list(), () => true);
  }

  in(namespace: string): T[] {
    return this.#merge(this.reflector.by('namespace', namespace), (object) => object.metadata.namespace === namespace);
  }

  by(index: string, value: string): T[] {
    return this.reflector.by(index, value) as T[];
  }

  onChange(handler: ChangeHandler): () => void {
    return this.reflector.onChange(handler);
  }

  /** The answer to a write of this process. */
  wrote(object: KubeObject): void {
    const heard = this.reflector.get(object.metadata);
    if (heard === undefined || newer(object, heard))
      this.#written.set(nameOf(object.metadata), { object, at: this.#now() });
  }

  /** The server has accepted the deletion of this object. */
  deleted(object: KubeObject): void {
    const name = nameOf(object.metadata);
    this.#written.delete(name);
    this.#deleted.set(name, object.metadata.uid ?? '');
  }

  #heard(before: KubeObject | undefined, after: KubeObject | undefined): void {
    const name = nameOf((after ?? before)?.metadata ?? { name: '' });
    const written = this.#written.get(name);
    if (written !== undefined && (after === undefined || !newer(written.object, after))) this.#written.delete(name);
    const gone = this.#deleted.get(name);
    if (gone !== undefined && after?.metadata.uid !== gone) this.#deleted.delete(name);
  }

  #merge(heard: readonly KubeObject[], fits: (object: KubeObject) => boolean): T[] {
    const names = new Set(heard.map((object) => nameOf(object.metadata)));
    const result = heard.map((object) => this.#seen(nameOf(object.metadata), object));
    for (const [name, { object }] of this.#written) {
      if (!names.has(name) && fits(object)) result.push(this.#seen(name, undefined));
    }
    return result.filter((object) => object !== undefined);
  }

  #newest(name: string, heard: KubeObject | undefined): KubeObject | undefined {
    const written = this.#written.get(name);
    const late = written !== undefined && this.#now() - written.at > trustMs;
    if (late) this.#written.delete(name);
    return late ? heard : (written?.object ?? heard);
  }

  #seen(name: string, heard: KubeObject | undefined): T | undefined {
    const object = this.#newest(name, heard);
    if (object === undefined) return undefined;
    if (this.#deleted.get(name) !== object.metadata.uid || object.metadata.deletionTimestamp !== undefined)
      return object as T;
    // It lasts as long as its finalizers or its pod's grace; nobody is to count on it.
    const deletionTimestamp = new Date(0).toISOString();
    return { ...object, metadata: { ...object.metadata, deletionTimestamp } } as T;
  }
}

function newer(a: KubeObject, b: KubeObject): boolean {
  return a.metadata.uid !== b.metadata.uid || versionOf(a) > versionOf(b);
}

/** Since Kubernetes 1.35 resourceVersions are promised to be numbers that grow; the servers here always did so. */
function versionOf(object: KubeObject): number {
  return Number(object.metadata.resourceVersion ?? 0);
}

export function nameOf({ namespace, name }: Named): string {
  return namespace ? `${namespace}/${name}` : name;
}
