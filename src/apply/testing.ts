import type { ObjectRef } from '../core/plan.ts';
import type { KubeObject } from '../core/resource.ts';
import type { TerraformRun } from '../core/terraform-run.ts';
import { type KubeClient, KubeError } from '../kube/client.ts';

type Operation = Readonly<{ op: string; path: string; value: unknown }>;
type Request = Readonly<{ verb: string; name: string; who?: string }>;

/** A deploy without variables and without anything of the user's own. */
export const terraformRun: TerraformRun = {
  type: 'terraform',
  podHash: 'p1',
  purpose: 'deploy',
  image: 'infra:1.0.0',
  script: './deploy',
  args: '',
  variables: {},
  told: {},
  env: [],
  envFrom: [],
  pod: {},
  container: {},
  labels: {},
  annotations: {},
  timeoutSeconds: 3600,
  graceSeconds: 300,
};

/** An API server in memory, for tests: create, get, merge and apply patches, delete; and a crash at a chosen request. */
export class FakeApi {
  readonly objects = new Map<string, KubeObject>();
  readonly requests: Request[] = [];
  /** Requests that are answered before the next one never is. */
  dieAfter = Number.POSITIVE_INFINITY;
  /** The answer to every request from now on. */
  error: Error | undefined;
  #version = 0;

  client(who?: string): KubeClient {
    const client: Partial<KubeClient> = {
      list: async ({ kind }, { namespace = '', labelSelector = '' } = {}) => {
        this.#arrive('list', { apiVersion: 'v1', kind, name: `${kind}s`, namespace }, who);
        const wanted = labelSelector.split(',').map((part) => part.split('='));
        const items = [...this.objects.values()].filter(({ metadata: { labels = {}, ...metadata }, ...object }) => {
          const isHere = object.kind === kind && metadata.namespace === namespace;
          return isHere && wanted.every(([key = '', value]) => labels[key] === value);
        });
        return { items: structuredClone(items), resourceVersion: '0' };
      },
      get: async (ref) => this.#found(this.#arrive('get', ref, who)),
      find: async (ref) => structuredClone(this.objects.get(this.#arrive('get', ref, who))),
      create: async (object) => {
        const id = this.#arrive('create', { ...object, ...object.metadata }, who);
        if (this.objects.has(id)) throw new KubeError(409, 'AlreadyExists', 'already exists');
        return this.#store(id, object);
      },
      patch: async (ref, kind, body) => {
        const id = this.#arrive(kind, ref, who);
        if (kind === 'apply') return this.#store(id, body as KubeObject);
        const before = this.#found(id);
        if (kind === 'json') return this.#store(id, patched(before, body as Operation[]));
        const { metadata } = body as KubeObject;
        if (metadata.resourceVersion !== undefined && metadata.resourceVersion !== before.metadata.resourceVersion) {
          throw new KubeError(409, 'Conflict', 'the object has been modified');
        }
        return this.#store(id, { ...before, metadata: { ...before.metadata, ...metadata } });
      },
      delete: async (ref) => {
        const id = this.#arrive('delete', ref, who);
        this.#found(id);
        this.objects.delete(id);
      },
      as: ({ namespace, serviceAccount }) => this.client(`${namespace}/${serviceAccount}`),
    };
    return client as KubeClient;
  }

  put(object: KubeObject): void {
    this.#store(idOf({ ...object, ...object.metadata }), object);
  }

  #arrive(verb: string, ref: ObjectRef, who: string | undefined): string {
    if (this.requests.length >= this.dieAfter) throw new KubeError(0, 'ConnectionReset', 'the process is gone');
    this.requests.push({ verb, name: ref.name, ...(who === undefined ? {} : { who }) });
    if (this.error !== undefined) throw this.error;
    return idOf(ref);
  }

  #found(id: string): KubeObject {
    const object = this.objects.get(id);
    if (object === undefined) throw new KubeError(404, 'NotFound', `${id} not found`);
    return structuredClone(object);
  }

  #store(id: string, object: KubeObject): KubeObject {
    this.#version += 1;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
    this.objects.set(id, stored);
    return structuredClone(stored);
  }
}

function idOf({ kind, namespace = '', name }: ObjectRef): string {
  return `${kind} ${namespace}/${name}`;
}

/** Operations of paths that are one or two names long; `test` is taken to hold. */
function patched(object: KubeObject, operations: readonly Operation[]): KubeObject {
  const next = structuredClone(object) as Record<string, unknown>;
  for (const { op, path, value } of operations) {
    const [, first = '', second] = path.split('/');
    if (op === 'test') continue;
    if (second === undefined) next[first] = value;
    else next[first] = { ...(next[first] as object), [second]: value };
  }
  return next as KubeObject;
}
