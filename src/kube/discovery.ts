import { isNotFound, KubeError, type ResourceType } from './client.ts';

type ApiResources = { resources?: { name: string; kind: string; namespaced: boolean }[] };

/** Kinds by apiVersion, asked once; asked again when a kind is not there, since CRDs come while we run. */
export class Discovery {
  readonly #fetch: (path: string) => Promise<string>;
  readonly #known = new Map<string, ResourceType>();
  readonly #asking = new Map<string, Promise<void>>();

  /** `known` are kinds whose plural never changes: they cost no request. */
  constructor(fetch: (path: string) => Promise<string>, known: readonly ResourceType[]) {
    this.#fetch = fetch;
    for (const type of known) this.#known.set(keyOf(type.apiVersion, type.kind), type);
  }

  async resourceType(apiVersion: string, kind: string): Promise<ResourceType> {
    const key = keyOf(apiVersion, kind);
    if (!this.#known.has(key)) await this.#refresh(apiVersion);
    const type = this.#known.get(key);
    if (type) return type;
    const message = `the server does not know the kind ${kind} of ${apiVersion}; is its CustomResourceDefinition installed?`;
    throw new KubeError(404, 'UnknownKind', message);
  }

  #refresh(apiVersion: string): Promise<void> {
    const running = this.#asking.get(apiVersion);
    if (running) return running;
    const asking = this.#ask(apiVersion).finally(() => this.#asking.delete(apiVersion));
    this.#asking.set(apiVersion, asking);
    return asking;
  }

  async #ask(apiVersion: string): Promise<void> {
    const path = `${apiVersion.includes('/') ? '/apis/' : '/api/'}${apiVersion}`;
    let answer: ApiResources;
    try {
      answer = JSON.parse(await this.#fetch(path)) as ApiResources;
    } catch (error) {
      if (isNotFound(error)) return;
      throw error;
    }
    for (const { name, kind, namespaced } of answer.resources ?? []) {
      // Subresources have a slash in their name.
      if (name.includes('/')) continue;
      this.#known.set(keyOf(apiVersion, kind), { apiVersion, kind, plural: name, namespaced });
    }
  }
}

function keyOf(apiVersion: string, kind: string): string {
  return `${apiVersion}/${kind}`;
}

/** Kinds of Kubernetes itself that the product uses. */
export const builtIn: readonly ResourceType[] = [
  cluster('v1', 'Namespace', 'namespaces'),
  namespaced('v1', 'Secret', 'secrets'),
  namespaced('v1', 'ConfigMap', 'configmaps'),
  namespaced('v1', 'Pod', 'pods'),
  namespaced('v1', 'Service', 'services'),
  namespaced('v1', 'ServiceAccount', 'serviceaccounts'),
  namespaced('v1', 'Event', 'events'),
  namespaced('batch/v1', 'Job', 'jobs'),
  namespaced('apps/v1', 'Deployment', 'deployments'),
  namespaced('apps/v1', 'StatefulSet', 'statefulsets'),
  namespaced('apps/v1', 'DaemonSet', 'daemonsets'),
  namespaced('apps/v1', 'ReplicaSet', 'replicasets'),
  namespaced('coordination.k8s.io/v1', 'Lease', 'leases'),
  namespaced('rbac.authorization.k8s.io/v1', 'Role', 'roles'),
  namespaced('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings'),
];

function namespaced(apiVersion: string, kind: string, plural: string): ResourceType {
  return { apiVersion, kind, plural, namespaced: true };
}

function cluster(apiVersion: string, kind: string, plural: string): ResourceType {
  return { apiVersion, kind, plural, namespaced: false };
}
