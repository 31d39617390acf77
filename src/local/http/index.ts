import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { Git } from '../git/program.ts';
import { Repositories } from '../git/store.ts';
import { recoverStore } from '../registry/store/index.ts';
import { createHttpApp, type HttpOptions } from './app.ts';

export { createHttpApp, type HttpOptions } from './app.ts';

export type HttpServer = Readonly<{ url: string; port: number; close(): Promise<void> }>;

const HOST = '127.0.0.1';
const CLOSE_GRACE_MS = 1_000;
const KEEP_ALIVE_MS = 60_000;

/**
 * Starts the one HTTP listener of local mode, on 127.0.0.1 only. Port 0 takes a free one; a port that is taken rejects
 * with `EADDRINUSE`, and the caller tries the next.
 */
export async function startHttp(options: HttpOptions & { readonly port: number }): Promise<HttpServer> {
  await new Repositories(options.dataDir, new Git(options.env)).recover();
  await recoverStore(join(options.dataDir, 'registry'), new Date());
  const app = createHttpApp(options);
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false, hostname: HOST }) as Server;
  // A push of gigabytes takes as long as it takes; only the headers have to come soon.
  server.requestTimeout = 0;
  // Longer than clients pause between requests: one that meets a connection being closed cannot repeat a POST.
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await listen(server, options.port);
  const { port } = server.address() as AddressInfo;
  return { url: `http://${HOST}:${port}`, port, close: () => close(server) };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Requests under way get a second to end; a broken connection ends the git process behind it. */
async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
  await closed;
  clearTimeout(timer);
}
