import type { KubeObject } from '../core/resource.ts';
import { isAlreadyExists, isNotFound, type KubeClient } from '../kube/client.ts';

/** ClusterRole that the chart ships: what a runner may do within the namespace that it is bound in. */
export const runnerRole = 'alustan-runner';

/**
 * Provides the default ServiceAccount of runners, bound to the shipped role in its own namespace only. What exists is
 * left as it is: an administrator's narrower binding stays.
 */
export class RunnerAccounts {
  readonly #client: KubeClient;
  readonly #name: string;
  readonly #provided = new Map<string, Promise<void>>();

  constructor(client: KubeClient, name: string) {
    this.#client = client;
    this.#name = name;
  }

  /** Once a namespace; asked again after a failure. Rejects with KubeError. */
  ensure(namespace: string): Promise<void> {
    const known = this.#provided.get(namespace);
    if (known !== undefined) return known;
    const providing = this.#provide(namespace).catch((error: unknown) => {
      this.#provided.delete(namespace);
      throw error;
    });
    this.#provided.set(namespace, providing);
    return providing;
  }

  /** A namespace that is deleted and made again needs its account again. */
  forget(namespace: string): void {
    this.#provided.delete(namespace);
  }

  async #provide(namespace: string): Promise<void> {
    const metadata = { name: this.#name, namespace, labels: { 'app.kubernetes.io/managed-by': 'alustan' } };
    await this.#createUnlessThere({ apiVersion: 'v1', kind: 'ServiceAccount', metadata });
    await this.#createUnlessThere({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: runnerRole },
      subjects: [{ kind: 'ServiceAccount', name: this.#name, namespace }],
    });
  }

  async #createUnlessThere(object: KubeObject): Promise<void> {
    const { apiVersion, kind, metadata } = object;
    const reference = { apiVersion, kind, name: metadata.name, namespace: metadata.namespace ?? '' };
    const missing = await this.#client.get(reference).then(
      () => false,
      (error: unknown) => {
        if (isNotFound(error)) return true;
        throw error;
      },
    );
    if (!missing) return;
    await this.#client.create(object).catch((error: unknown) => {
      if (!isAlreadyExists(error)) throw error;
    });
  }
}
