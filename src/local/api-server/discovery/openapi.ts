import { createHash } from 'node:crypto';
import type { Api } from '../api.ts';
import { noSuchPath } from '../errors.ts';
import type { ApiRequest } from '../http/request.ts';
import { sendJson } from '../http/respond.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import { loadCatalog } from '../schema/index.ts';
import { customDocument } from './custom-openapi.ts';

const root = '/openapi/v3';

/** Serves the OpenAPI v3 index and its documents, which clients cache by the hash in their URLs. */
export function serveOpenApi(api: Api, request: ApiRequest): boolean {
  if (request.path !== root && !request.path.startsWith(`${root}/`)) return false;
  const groupVersion = request.path.slice(root.length + 1);
  if (groupVersion === '') {
    sendJson(request, 200, JSON.stringify({ paths: index(api) }));
    return true;
  }
  const text = documentOf(api, groupVersion);
  if (text === undefined) throw noSuchPath();
  const hash = request.query.get('hash');
  const current = hashOf(api, groupVersion);
  if (hash !== null && hash !== current) {
    request.response.writeHead(301, { Location: urlOf(api, groupVersion) });
    request.response.end();
    return true;
  }
  request.response.setHeader('ETag', `"${current}"`);
  sendJson(request, 200, text);
  return true;
}

function index(api: Api): Record<string, { serverRelativeURL: string }> {
  const custom = api.registry.all().filter((type) => type.custom !== undefined);
  const paths = new Set([
    ...loadCatalog().groupVersions(),
    ...custom.map((type) => `apis/${type.group}/${type.version}`),
  ]);
  return Object.fromEntries([...paths].map((path) => [path, { serverRelativeURL: urlOf(api, path) }]));
}

function urlOf(api: Api, groupVersion: string): string {
  return `${root}/${groupVersion}?hash=${hashOf(api, groupVersion)}`;
}

/** Built-in documents change with the catalog only; those of CRDs with what they are made of. */
function hashOf(api: Api, groupVersion: string): string {
  const custom = customTypes(api, groupVersion);
  const content = [loadCatalog().gitVersion, groupVersion, ...custom.map((type) => JSON.stringify(type))];
  return createHash('sha256').update(content.join('\n')).digest('hex').toUpperCase();
}

function customTypes(api: Api, groupVersion: string): ResourceType[] {
  return api.registry
    .all()
    .filter((type) => type.custom !== undefined && `apis/${type.group}/${type.version}` === groupVersion);
}

function documentOf(api: Api, groupVersion: string): string | undefined {
  const custom = customTypes(api, groupVersion);
  return custom.length > 0 ? JSON.stringify(customDocument(custom)) : loadCatalog().openapi(groupVersion);
}
