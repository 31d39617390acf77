import type { Authorizer } from './auth/authorizer.ts';
import type { ServiceAccountTokens } from './auth/service-account.ts';
import type { ApiRequest } from './http/request.ts';
import type { RequestInfo } from './http/request-info.ts';
import type { Registry } from './resources/registry.ts';
import type { ResourceType } from './resources/resource-type.ts';
import type { Store } from './store/store.ts';

/** What every handler works with. */
export type Api = Readonly<{
  store: Store;
  registry: Registry;
  authorizer: Authorizer;
  tokens: ServiceAccountTokens;
  now: () => Date;
  /** Root of the pods' log files: `<namespace>/<pod>/<container>.log`. */
  podLogDir: string;
  /** Fires when the server closes: watches and log streams end. */
  closing: AbortSignal;
}>;

/** One request for a resource that exists. */
export type Call = Readonly<{
  api: Api;
  request: ApiRequest;
  info: RequestInfo;
  type: ResourceType;
}>;

/** As much of a call as a write needs: the server itself writes too. */
export type WriteCall = Pick<Call, 'api' | 'type'> &
  Readonly<{
    info: Pick<RequestInfo, 'namespace' | 'name' | 'subresource'>;
    request: Pick<ApiRequest, 'user' | 'warnings'>;
  }>;

/** What one verb does: it answers the request, or throws an ApiError. */
export type Verb = (call: Call) => Promise<void> | void;
