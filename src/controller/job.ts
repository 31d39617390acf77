import type { Janitor } from '../apply/janitor.ts';
import type { Key, Ring } from '../core/key.ts';
import { controllerOf, type KubeObject } from '../core/resource.ts';
import { byOwner, type Caches, ownerId } from './caches.ts';

/**
 * Wires runner Jobs, which have no plan of their own: one that has ended is tidied up after by the same queue, retried
 * when that fails, and after a restart, too.
 */
export class JobController {
  readonly #caches: Pick<Caches, 'jobs'>;
  readonly #janitor: Janitor;
  /** Jobs that somebody deleted before we had tidied up: their inputs are named by them alone. */
  readonly #gone = new Map<string, KubeObject>();

  constructor(caches: Pick<Caches, 'jobs'>, janitor: Janitor) {
    this.#caches = caches;
    this.#janitor = janitor;
  }

  /** @returns how to stop. */
  listen(ring: Ring): () => void {
    return this.#caches.jobs.onChange((before, after) => {
      const job = after ?? before;
      if (job === undefined) return;
      if (after === undefined) this.#gone.set(nameOf(job.metadata), job);
      ring({ kind: 'Job', namespace: job.metadata.namespace ?? '', name: job.metadata.name });
    });
  }

  /** Rejects with KubeError. */
  async reconcile(key: Key): Promise<Record<string, never>> {
    const job = this.#caches.jobs.get(key);
    const gone = this.#gone.get(nameOf(key));
    if (job !== undefined) await this.#janitor.tidy(job, this.#siblings(job));
    else if (gone !== undefined) await this.#janitor.removeSecrets(gone);
    this.#gone.delete(nameOf(key));
    return {};
  }

  #siblings(job: KubeObject): readonly KubeObject[] {
    const owner = controllerOf(job);
    return owner === undefined ? [job] : this.#caches.jobs.by(byOwner, ownerId(job.metadata.namespace, owner.uid));
  }
}

function nameOf({ namespace = '', name }: Readonly<{ namespace?: string; name: string }>): string {
  return `${namespace}/${name}`;
}
