import { createHash } from 'node:crypto';
import type { Api } from '../api.ts';
import type { ApiRequest } from '../http/request.ts';
import { sendJson } from '../http/respond.ts';
import type { Json } from '../object.ts';
import { aggregated, apiGroup, groupsOf, resourceList, versionsOf } from './document.ts';

const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** Serves /api, /apis and what is below them down to the lists of resources; false for any other path. */
export function serveDiscovery(api: Api, request: ApiRequest): boolean {
  const [root, ...rest] = request.path.split('/').filter((segment) => segment !== '');
  if (root !== 'api' && root !== 'apis') return false;
  const core = root === 'api';
  const types = api.registry.all();
  if (rest.length === 0) {
    if (wantsAggregated(request)) return send(request, aggregated(types, core), aggregatedType);
    if (core) return send(request, coreVersions(request));
    const groups = groupsOf(types).map((group) => apiGroup(types, group));
    return send(request, { kind: 'APIGroupList', apiVersion: 'v1', groups });
  }
  const [group, version] = core ? ['', rest[0]] : [rest[0] ?? '', rest[1]];
  if (
    rest.length > (core ? 1 : 2) ||
    !versionsOf(types, group).some((one) => version === undefined || one === version)
  ) {
    return false;
  }
  if (version !== undefined) return send(request, resourceList(types, group, version));
  return send(request, { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(types, group) });
}

function coreVersions(request: ApiRequest): Json {
  const address = request.headers.host ?? '127.0.0.1';
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
  };
}

function wantsAggregated(request: ApiRequest): boolean {
  const first = (request.headers.accept ?? '').split(',').map((one) => one.replaceAll(' ', ''));
  return first.some((type) => type.startsWith('application/json') && type.includes('g=apidiscovery.k8s.io;v=v2;'));
}

/** With an ETag: clients cache discovery and ask whether it has changed. */
function send(request: ApiRequest, document: Json, type?: string): boolean {
  const text = JSON.stringify(document);
  const tag = `"${createHash('sha256').update(text).digest('hex').toUpperCase()}"`;
  request.response.setHeader('ETag', tag);
  request.response.setHeader('Vary', 'Accept');
  if (request.headers['if-none-match'] === tag) {
    request.response.statusCode = 304;
    request.response.end();
  } else sendJson(request, 200, text, type);
  return true;
}
