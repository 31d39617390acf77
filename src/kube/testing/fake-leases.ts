import type { KubeObject } from '../../core/resource.ts';
import { type KubeClient, KubeError } from '../client.ts';

/** One Lease, kept as the API server keeps it: 409 for a stale resourceVersion and for a second creation. */
export class FakeLeases implements Pick<KubeClient, 'find' | 'create' | 'update'> {
  object: KubeObject | undefined;
  writes = 0;
  /** What happens to a request instead of an answer; `unanswered`: a write is done, and its answer never comes. */
  trouble: 'none' | 'refused' | 'silent' | 'unanswered' = 'none';

  async find(): Promise<KubeObject | undefined> {
    await this.#arrive();
    return structuredClone(this.object);
  }

  async create(object: KubeObject): Promise<KubeObject> {
    await this.#arrive();
    if (this.object) throw new KubeError(409, 'AlreadyExists', 'already exists');
    return this.#store(object);
  }

  async update(object: KubeObject, _options?: unknown, signal?: AbortSignal): Promise<KubeObject> {
    await this.#arrive();
    if (!this.object) throw new KubeError(404, 'NotFound', 'not found');
    if (object.metadata.resourceVersion !== this.object.metadata.resourceVersion) {
      throw new KubeError(409, 'Conflict', 'the object has been modified');
    }
    const stored = this.#store(object);
    if (this.trouble === 'unanswered') {
      await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true }));
    }
    return stored;
  }

  get holder(): string | undefined {
    return (this.object?.['spec'] as { holderIdentity?: string } | undefined)?.holderIdentity;
  }

  async #arrive(): Promise<void> {
    if (this.trouble === 'refused') throw new KubeError(0, 'ConnectionRefused', 'connect ECONNREFUSED');
    if (this.trouble === 'silent') await new Promise(() => {});
  }

  #store(object: KubeObject): KubeObject {
    this.writes += 1;
    const resourceVersion = String(this.writes);
    this.object = structuredClone({ ...object, metadata: { ...object.metadata, resourceVersion } });
    return structuredClone(this.object);
  }
}
