import type { Api } from '../api.ts';
import { authorize } from '../auth/authorize.ts';
import { impersonate } from '../auth/impersonate.ts';
import { serveOpenApi } from '../discovery/openapi.ts';
import { serveDiscovery } from '../discovery/routes.ts';
import { serveSwagger } from '../discovery/swagger.ts';
import { version } from '../discovery/version.ts';
import { methodNotAllowed, PageNotFound } from '../errors.ts';
import { dispatch } from '../verbs/dispatch.ts';
import type { ApiRequest } from './request.ts';
import { requestInfo } from './request-info.ts';
import { sendJson } from './respond.ts';

const healthPaths = new Set(['/healthz', '/livez', '/readyz', '/healthz/ping', '/livez/ping', '/readyz/ping']);

/** The whole API, after authentication. @throws ApiError */
export async function route(api: Api, sent: ApiRequest): Promise<void> {
  const user = impersonate(api.authorizer, sent.user, sent.headers);
  const request = user === sent.user ? sent : { ...sent, user };
  const info = requestInfo(request.method, request.path, request.query);
  authorize(api.authorizer, request, info);
  if (info !== undefined) return dispatch(api, request, info);
  if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed();
  if (serveDiscovery(api, request)) return;
  if (serveOpenApi(api, request) || serveSwagger(request)) return;
  if (healthPaths.has(request.path)) return sendText(request, 'ok');
  if (request.path === '/version' || request.path === '/version/')
    return sendJson(request, 200, JSON.stringify(version));
  throw new PageNotFound();
}

function sendText(request: ApiRequest, text: string): void {
  request.response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  request.response.end(text);
}
