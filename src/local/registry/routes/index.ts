import { join } from 'node:path';
import { Hono } from 'hono';
import { RegistryError } from '../errors.ts';
import { requireName } from '../names.ts';
import { openStore } from '../store/index.ts';
import { deleteBlob, readBlob } from './blobs.ts';
import type { Call, RegistryPush } from './call.ts';
import { listCatalog, listReferrers, listTags } from './lists.ts';
import { deleteManifest, readManifest, writeManifest } from './manifests.ts';
import { appendUpload, cancelUpload, finishUpload, startUpload, uploadStatus } from './uploads.ts';

export type RegistryOptions = Readonly<{
  dataDir: string;
  /** Called after each manifest that was pushed. What it throws is not the pusher's concern and is dropped. */
  onPush?: (push: RegistryPush) => void;
}>;

type Handler = (call: Call) => Promise<Response>;
type Methods = Readonly<Record<string, Handler>>;
type Route = Readonly<{ path: RegExp; methods: Methods }>;

/** Names of repositories hold slashes: the first group takes as much as it can, and the name's own grammar decides. */
const ROUTES: readonly Route[] = [
  { path: /^\/v2\/?$/, methods: get(async () => Response.json({})) },
  { path: /^\/v2\/_catalog$/, methods: get(listCatalog) },
  { path: /^\/v2\/(.+)\/tags\/list$/, methods: get(listTags) },
  { path: /^\/v2\/(.+)\/blobs\/uploads\/?$/, methods: { POST: startUpload } },
  {
    path: /^\/v2\/(.+)\/blobs\/uploads\/([^/]+)$/,
    methods: { ...get(uploadStatus), PATCH: appendUpload, PUT: finishUpload, DELETE: cancelUpload },
  },
  { path: /^\/v2\/(.+)\/blobs\/([^/]+)$/, methods: { ...get(readBlob), DELETE: deleteBlob } },
  {
    path: /^\/v2\/(.+)\/manifests\/([^/]+)$/,
    methods: { ...get(readManifest), PUT: writeManifest, DELETE: deleteManifest },
  },
  { path: /^\/v2\/(.+)\/referrers\/([^/]+)$/, methods: get(listReferrers) },
];

function get(handler: Handler): Methods {
  return { GET: handler, HEAD: handler };
}

/** An OCI registry (distribution specification 1.1), mounted at `/v2`; its data lie under `<data-dir>/registry`. */
export function registryRoutes(options: RegistryOptions): Hono {
  const store = openStore(join(options.dataDir, 'registry'));
  const pushed = (push: RegistryPush) => {
    try {
      options.onPush?.(push);
    } catch {
      // The push is done; whoever listens polls as well.
    }
  };
  return new Hono().all('*', async (c) => {
    const response = await answer({ request: c.req.raw, store, pushed });
    response.headers.set('docker-distribution-api-version', 'registry/2.0');
    return response;
  });
}

async function answer(base: Pick<Call, 'request' | 'store' | 'pushed'>): Promise<Response> {
  const url = new URL(base.request.url);
  const { method } = base.request;
  try {
    for (const { path, methods } of ROUTES) {
      const [match, repository, target] = path.exec(url.pathname) ?? [];
      if (match === undefined) continue;
      const handler = methods[method];
      if (handler === undefined) throw new RegistryError('UNSUPPORTED', `method ${method} is not allowed here`);
      const name = repository === undefined ? '' : requireName(decode(repository));
      return await handler({ ...base, url, method, repository: name, target: decode(target ?? '') });
    }
    throw new RegistryError('UNSUPPORTED', `no such address: ${url.pathname}`, 404);
  } catch (error) {
    if (error instanceof RegistryError) return error.response();
    throw error;
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new RegistryError('NAME_INVALID', `${JSON.stringify(text)} is not percent-encoded well`);
  }
}
