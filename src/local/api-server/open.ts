import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Api } from './api.ts';
import { adminToken } from './auth/admin-token.ts';
import { adminReviewer } from './auth/authenticate.ts';
import { Authorizer } from './auth/authorizer.ts';
import { servingIdentity } from './auth/certificates.ts';
import { ServiceAccountTokens } from './auth/service-account.ts';
import { bootstrap, bootstrapService } from './bootstrap.ts';
import { runDefinitions } from './crd/controller.ts';
import { route } from './http/routes.ts';
import { HttpServer } from './http/server.ts';
import { builtinResources } from './resources/builtin.ts';
import { Registry } from './resources/registry.ts';
import { keepExpiring } from './store/expire.ts';
import { openFailure } from './store/failure.ts';
import { Store } from './store/store.ts';

export type ApiServerOptions = Readonly<{
  /** Holds the store, the certificates and the keys; made when it is missing. */
  dataDir: string;
  /** TCP port on 127.0.0.1; 0 takes any. Taken: rejects with `code: 'EADDRINUSE'`. */
  port: number;
  /** Bearer token of the administrator (group system:masters); by default random, kept in `dataDir`. */
  adminToken?: string;
  /** Where the node writes the pods' logs: `<namespace>/<pod>/<container>.log`. */
  podLogDir: string;
}>;

export type Opened = Readonly<{ port: number; url: string; caPem: string; token: string; close(): Promise<void> }>;

/**
 * Starts the API server in this thread. The store is synchronous: `startApiServer` gives it a thread of its own.
 * Rejects with the folder and a remedy when the data folder cannot be used.
 */
export function openApiServer(options: ApiServerOptions): Promise<Opened> {
  return open(options).catch((error) => {
    throw openFailure(error, options.dataDir);
  });
}

async function open(options: ApiServerOptions): Promise<Opened> {
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  const identity = await servingIdentity(options.dataDir);
  const token = adminToken(options.dataDir, options.adminToken);
  const store = new Store(join(options.dataDir, 'kubernetes.db'));
  const tokens = new ServiceAccountTokens(options.dataDir, store);
  const now = (): Date => new Date();
  const server = new HttpServer(identity, [adminReviewer(token), tokens.reviewer(now)], (request) =>
    route(api, request),
  );
  const api: Api = {
    store,
    registry: new Registry(builtinResources()),
    authorizer: new Authorizer(store),
    tokens,
    now,
    podLogDir: options.podLogDir,
    closing: server.closing,
  };
  bootstrap(store, now());
  runDefinitions(api);
  keepExpiring(store, now, server.closing);
  const port = await server.listen(options.port).catch(async (error) => {
    await server.close();
    store.close();
    throw error;
  });
  bootstrapService(store, now(), port);
  return {
    port,
    url: `https://127.0.0.1:${port}`,
    caPem: identity.caPem,
    token,
    async close() {
      await server.close();
      store.close();
    },
  };
}
