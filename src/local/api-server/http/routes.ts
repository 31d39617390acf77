import type { Api } from '../api.ts';
import { serveOpenApi } from '../discovery/openapi.ts';
import { serveDiscovery } from '../discovery/routes.ts';
import { version } from '../discovery/version.ts';
import { methodNotAllowed, noSuchPath } from '../errors.ts';
import { dispatch } from '../verbs/dispatch.ts';
import type { ApiRequest } from './request.ts';
import { requestInfo } from './request-info.ts';
import { sendJson } from './respond.ts';

const healthPaths = new Set(['/healthz', '/livez', '/readyz', '/healthz/ping', '/livez/ping', '/readyz/ping']);

/** The whole API, after authentication. @throws ApiError */
export async function route(api: Api, request: ApiRequest): Promise<void> {
  const info = requestInfo(request.method, request.path, request.query);
  if (info !== undefined) return dispatch(api, request, info);
  if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed();
  if (serveDiscovery(api, request)) return;
  if (serveOpenApi(api, request)) return;
  if (healthPaths.has(request.path)) return sendText(request, 'ok');
  if (request.path === '/version' || request.path === '/version/')
    return sendJson(request, 200, JSON.stringify(version));
  throw noSuchPath();
}

function sendText(request: ApiRequest, text: string): void {
  request.response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  request.response.end(text);
}
