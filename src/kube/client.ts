import type { ActAs, ObjectRef } from '../core/plan.ts';
import type { KubeObject } from '../core/resource.ts';

/** Where a kind's objects live; `plural` spares a discovery call. */
export type ResourceType = Readonly<{
  apiVersion: string;
  kind: string;
  plural: string;
  namespaced: boolean;
}>;

export type ListOptions = Readonly<{ namespace?: string; labelSelector?: string; fieldSelector?: string }>;

export type List = Readonly<{ items: KubeObject[]; resourceVersion: string }>;

export type PatchKind = 'merge' | 'json' | 'apply';

export type PatchOptions = Readonly<{
  /** Required for `apply`. */
  fieldManager?: string;
  force?: boolean;
  subresource?: 'status' | 'scale';
  dryRun?: boolean;
}>;

export type DeleteOptions = Readonly<{
  propagation?: 'Background' | 'Foreground' | 'Orphan';
  uid?: string;
  gracePeriodSeconds?: number;
}>;

/** Which part of whose log; `limitBytes` counts from its beginning. */
export type PodLog = Readonly<{
  namespace: string;
  name: string;
  container?: string;
  tailLines?: number;
  limitBytes?: number;
}>;

/**
 * A Kubernetes API, as JSON stands: unknown fields are kept, both ways. Rejects with `KubeError`.
 * Built on one shared connection pool; retries what is safe to retry (429 with Retry-After, connection refused).
 */
export interface KubeClient {
  get(object: ObjectRef, signal?: AbortSignal): Promise<KubeObject>;
  /** As `get`; undefined where there is no such object, or the server does not know its kind. */
  find(object: ObjectRef, signal?: AbortSignal): Promise<KubeObject | undefined>;
  /** Whole list, fetched in pages. */
  list(type: Pick<ResourceType, 'apiVersion' | 'kind'>, options?: ListOptions, signal?: AbortSignal): Promise<List>;
  create(object: KubeObject, signal?: AbortSignal): Promise<KubeObject>;
  /** PUT with the object's resourceVersion: 409 when it has changed. */
  update(object: KubeObject, subresource?: 'status', signal?: AbortSignal): Promise<KubeObject>;
  patch(
    object: ObjectRef,
    kind: PatchKind,
    body: unknown,
    options?: PatchOptions,
    signal?: AbortSignal,
  ): Promise<KubeObject>;
  delete(object: ObjectRef, options?: DeleteOptions, signal?: AbortSignal): Promise<void>;
  podLog(pod: PodLog, signal?: AbortSignal): Promise<string>;
  /** The same API, acting as a tenant's ServiceAccount (impersonation). */
  as(who: ActAs): KubeClient;
  /** REST path and scope of a kind, by discovery (cached; refreshed once when unknown). */
  resourceType(apiVersion: string, kind: string): Promise<ResourceType>;
}

/** An answer of the API server that is not a success, or no answer (`status` 0). */
export class KubeError extends Error {
  readonly status: number;
  readonly reason: string;
  readonly retryAfterMs: number | undefined;

  constructor(status: number, reason: string, message: string, retryAfterMs?: number) {
    super(message);
    this.name = 'KubeError';
    this.status = status;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

export function isNotFound(error: unknown): error is KubeError {
  return error instanceof KubeError && error.status === 404;
}

export function isForbidden(error: unknown): error is KubeError {
  return error instanceof KubeError && error.status === 403;
}

export function isConflict(error: unknown): error is KubeError {
  return error instanceof KubeError && error.status === 409 && error.reason === 'Conflict';
}

export function isAlreadyExists(error: unknown): error is KubeError {
  return error instanceof KubeError && error.status === 409 && error.reason === 'AlreadyExists';
}

export type WatchEvent = Readonly<{
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  /** Of a bookmark, only its metadata mean something. */
  object: KubeObject;
}>;

export type Page = Readonly<{ items: KubeObject[]; resourceVersion: string }>;

export type WatchOptions = ListOptions & Readonly<{ resourceVersion: string; timeoutSeconds: number }>;

/** What a list/watch cache stands on. */
export interface WatchingClient extends KubeClient {
  /** One consistent list, page by page; all pages carry the same resourceVersion. Rejects with 410 when it expires midway. */
  pages(
    type: Pick<ResourceType, 'apiVersion' | 'kind'>,
    options?: ListOptions,
    signal?: AbortSignal,
  ): AsyncIterable<Page>;
  /**
   * Events after `resourceVersion`, as many at a time as arrived together, until the server ends the watch.
   * Rejects with `KubeError`, for an ERROR event too (410: list again).
   */
  watch(
    type: Pick<ResourceType, 'apiVersion' | 'kind'>,
    options: WatchOptions,
    signal: AbortSignal,
  ): AsyncIterable<WatchEvent[]>;
  as(who: ActAs): WatchingClient;
}
