/** What a path under /api or /apis asks for; for RBAC and for the dispatch. */
export type RequestInfo = Readonly<{
  group: string;
  version: string;
  namespace: string;
  resource: string;
  name: string;
  subresource: string;
  /** Lower case, as RBAC names it. */
  verb: string;
}>;

const verbs: Record<string, [collection: string, one: string]> = {
  GET: ['list', 'get'],
  HEAD: ['list', 'get'],
  POST: ['create', 'create'],
  PUT: ['update', 'update'],
  PATCH: ['patch', 'patch'],
  DELETE: ['deletecollection', 'delete'],
};

/** Subresources of a namespace itself; any other segment after its name is a resource within it. */
const namespaceSubresources = new Set(['status', 'finalize']);

/** Understands a resource path; undefined for every other (discovery, health …). */
export function requestInfo(method: string, path: string, query: URLSearchParams): RequestInfo | undefined {
  const segments = path
    .split('/')
    .filter((segment) => segment !== '')
    .map(decodeURIComponent);
  const root = segments[0];
  if (root === 'api' && segments.length >= 3) return resourceInfo(method, '', segments.slice(1), query);
  if (root === 'apis' && segments.length >= 4) return resourceInfo(method, segments[1] ?? '', segments.slice(2), query);
  return undefined;
}

function resourceInfo(
  method: string,
  group: string,
  [version = '', ...segments]: string[],
  query: URLSearchParams,
): RequestInfo {
  let rest = segments;
  let watchPath = false;
  if (rest[0] === 'watch') {
    watchPath = true;
    rest = rest.slice(1);
  }
  let namespace = '';
  if (rest[0] === 'namespaces' && rest.length > 2 && !namespaceSubresources.has(rest[2] ?? '')) {
    namespace = rest[1] ?? '';
    rest = rest.slice(2);
  } else if (rest[0] === 'namespaces') {
    namespace = rest[1] ?? '';
  }
  const [resource = '', name = '', ...sub] = rest;
  const [collection, one] = verbs[method] ?? ['', ''];
  const watching = watchPath || (method === 'GET' && isTrue(query.get('watch')) && sub.length === 0);
  const verb = watching ? 'watch' : name === '' ? collection : one;
  return { group, version, namespace, resource, name, subresource: sub.join('/'), verb };
}

function isTrue(value: string | null): boolean {
  return value !== null && value !== 'false' && value !== '0';
}
