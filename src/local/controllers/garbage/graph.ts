import type { KubeObject } from '../../../core/resource.ts';

/** All objects by uid, and who is owned by whom. */
export class Graph {
  readonly #objects = new Map<string, KubeObject>();
  readonly #dependents = new Map<string, Set<string>>();

  put(object: KubeObject): void {
    const uid = object.metadata.uid ?? '';
    this.#unlink(uid);
    this.#objects.set(uid, object);
    for (const owner of ownersOf(object)) {
      const dependents = this.#dependents.get(owner) ?? new Set();
      this.#dependents.set(owner, dependents.add(uid));
    }
  }

  remove(uid: string): void {
    this.#unlink(uid);
    this.#objects.delete(uid);
  }

  get(uid: string): KubeObject | undefined {
    return this.#objects.get(uid);
  }

  dependents(uid: string): KubeObject[] {
    return [...(this.#dependents.get(uid) ?? [])]
      .map((one) => this.#objects.get(one))
      .filter((one) => one !== undefined);
  }

  #unlink(uid: string): void {
    const object = this.#objects.get(uid);
    if (object === undefined) return;
    for (const owner of ownersOf(object)) {
      const dependents = this.#dependents.get(owner);
      dependents?.delete(uid);
      if (dependents?.size === 0) this.#dependents.delete(owner);
    }
  }
}

export function ownersOf(object: KubeObject): string[] {
  return (object.metadata.ownerReferences ?? []).map(({ uid }) => uid);
}
