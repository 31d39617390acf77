import type { ActAs, ObjectRef } from '../core/plan.ts';
import type { KubeObject } from '../core/resource.ts';
import {
  type DeleteOptions,
  isNotFound,
  KubeError,
  type List,
  type ListOptions,
  type Page,
  type PatchKind,
  type PatchOptions,
  type PodLog,
  type ResourceType,
  type WatchEvent,
  type WatchingClient,
  type WatchOptions,
} from './client.ts';
import type { Discovery } from './discovery.ts';
import type { Guard } from './guarding.ts';
import { listPages, wholeList } from './list.ts';
import { collectionPath, listQuery, needNamespace, objectPath, query } from './paths.ts';
import type { Request, Transport } from './transport.ts';
import { watchEvents } from './watch-lines.ts';

type Kind = Pick<ResourceType, 'apiVersion' | 'kind'>;

const patchTypes: Readonly<Record<PatchKind, string>> = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  // JSON is YAML.
  apply: 'application/apply-patch+yaml',
};

/** The contract over the transport: paths and JSON, nothing typed, so that unknown fields survive. */
export class RestClient implements WatchingClient {
  readonly #transport: Transport;
  readonly #discovery: Discovery;
  readonly #headers: Readonly<Record<string, string | string[]>>;
  readonly #guard: Guard | undefined;

  constructor(
    transport: Transport,
    discovery: Discovery,
    { headers = {}, guard }: { headers?: Readonly<Record<string, string | string[]>>; guard?: Guard | undefined } = {},
  ) {
    this.#transport = transport;
    this.#discovery = discovery;
    this.#headers = headers;
    this.#guard = guard;
  }

  async get(object: ObjectRef, signal?: AbortSignal): Promise<KubeObject> {
    const type = await this.resourceType(object.apiVersion, object.kind);
    return await this.#json({ method: 'GET', path: objectPath(type, object), idempotent: true, signal });
  }

  async find(object: ObjectRef, signal?: AbortSignal): Promise<KubeObject | undefined> {
    try {
      return await this.get(object, signal);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async list(kind: Kind, options: ListOptions = {}, signal?: AbortSignal): Promise<List> {
    return await wholeList(await this.#lister(kind, options, signal));
  }

  async *pages(kind: Kind, options: ListOptions = {}, signal?: AbortSignal): AsyncGenerator<Page> {
    yield* listPages(await this.#lister(kind, options, signal));
  }

  async *watch(kind: Kind, options: WatchOptions, signal: AbortSignal): AsyncGenerator<WatchEvent[]> {
    const type = await this.resourceType(kind.apiVersion, kind.kind);
    const parameters = listQuery(options, {
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: options.resourceVersion,
      timeoutSeconds: String(options.timeoutSeconds),
    });
    const path = collectionPath(type, options.namespace) + parameters;
    const body = await this.#transport.open(this.#request({ method: 'GET', path, idempotent: true, signal }));
    try {
      yield* watchEvents(body);
    } finally {
      body.destroy();
    }
  }

  async create(object: KubeObject, signal?: AbortSignal): Promise<KubeObject> {
    const type = await this.resourceType(object.apiVersion, object.kind);
    needNamespace(type, object.metadata);
    const path = collectionPath(type, object.metadata.namespace);
    return await this.#json({ method: 'POST', path, body: JSON.stringify(object), idempotent: false, signal });
  }

  async update(object: KubeObject, subresource?: 'status', signal?: AbortSignal): Promise<KubeObject> {
    const type = await this.resourceType(object.apiVersion, object.kind);
    const path = objectPath(type, { kind: object.kind, ...object.metadata }, subresource);
    return await this.#json({ method: 'PUT', path, body: JSON.stringify(object), idempotent: true, signal });
  }

  async patch(
    object: ObjectRef,
    kind: PatchKind,
    body: unknown,
    options: PatchOptions = {},
    signal?: AbortSignal,
  ): Promise<KubeObject> {
    const type = await this.resourceType(object.apiVersion, object.kind);
    const parameters = query({
      fieldManager: options.fieldManager,
      force: options.force === undefined || kind !== 'apply' ? undefined : String(options.force),
      dryRun: options.dryRun ? 'All' : undefined,
    });
    return await this.#json({
      method: 'PATCH',
      path: objectPath(type, object, options.subresource) + parameters,
      body: JSON.stringify(body),
      contentType: patchTypes[kind],
      // A JSON patch may append: twice is not once.
      idempotent: kind !== 'json',
      signal,
    });
  }

  async delete(object: ObjectRef, options: DeleteOptions = {}, signal?: AbortSignal): Promise<void> {
    const type = await this.resourceType(object.apiVersion, object.kind);
    const body = JSON.stringify({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: options.propagation,
      gracePeriodSeconds: options.gracePeriodSeconds,
      preconditions: options.uid === undefined ? undefined : { uid: options.uid },
    });
    await this.#text({ method: 'DELETE', path: objectPath(type, object), body, idempotent: true, signal });
  }

  async podLog(pod: PodLog, signal?: AbortSignal): Promise<string> {
    const type = await this.resourceType('v1', 'Pod');
    const parameters = query({
      container: pod.container,
      tailLines: pod.tailLines?.toString(),
      limitBytes: pod.limitBytes?.toString(),
    });
    const path = objectPath(type, { kind: 'Pod', ...pod }, 'log') + parameters;
    // A log is text; some servers answer a JSON-only Accept with 406.
    return await this.#text({ method: 'GET', path, headers: { accept: '*/*' }, idempotent: true, signal });
  }

  as({ namespace, serviceAccount }: ActAs): WatchingClient {
    // Its groups the server adds itself; naming them would need the right to impersonate groups.
    const headers = { 'impersonate-user': `system:serviceaccount:${namespace}:${serviceAccount}` };
    return new RestClient(this.#transport, this.#discovery, { headers, guard: this.#guard });
  }

  async resourceType(apiVersion: string, kind: string): Promise<ResourceType> {
    return await this.#discovery.resourceType(apiVersion, kind);
  }

  async #lister(kind: Kind, options: ListOptions, signal: AbortSignal | undefined) {
    const type = await this.resourceType(kind.apiVersion, kind.kind);
    const path = collectionPath(type, options.namespace);
    return {
      type,
      fetch: (limit: number | undefined, next: string | undefined) =>
        this.#text({
          method: 'GET',
          path: path + listQuery(options, { limit: limit?.toString(), continue: next }),
          idempotent: true,
          signal,
        }),
    };
  }

  async #json(request: Request): Promise<KubeObject> {
    const text = await this.#text(request);
    try {
      return JSON.parse(text) as KubeObject;
    } catch {
      throw new KubeError(
        0,
        'BadAnswer',
        `${request.method} ${request.path}: the answer is not JSON: ${text.slice(0, 80)}`,
      );
    }
  }

  async #text(request: Request): Promise<string> {
    return await this.#transport.send(this.#request(request));
  }

  #request(request: Request): Request {
    const headers = { ...this.#headers, ...request.headers };
    if (this.#guard === undefined || request.method === 'GET') return { ...request, headers };
    const { signal } = this.#guard;
    const either = request.signal === undefined ? signal : AbortSignal.any([request.signal, signal]);
    return { ...request, headers, guard: this.#guard, signal: either };
  }
}
