import { join } from 'node:path';
import { listen } from '../../server/listen.ts';
import { Git } from '../git/program.ts';
import { Repositories } from '../git/store.ts';
import { recoverStore } from '../registry/store/index.ts';
import { createHttpApp, type HttpOptions } from './app.ts';

export type { HttpOptions } from './app.ts';

export type HttpServer = Readonly<{ url: string; port: number; close(): Promise<void> }>;

const HOST = '127.0.0.1';
const KEEP_ALIVE_MS = 60_000;

/**
 * Starts the one HTTP listener of local mode, on 127.0.0.1 only. Port 0 takes a free one; a port that is taken rejects
 * with `EADDRINUSE`, and the caller tries the next.
 */
export async function startHttp(options: HttpOptions & { readonly port: number }): Promise<HttpServer> {
  await new Repositories(options.dataDir, new Git(options.env)).recover();
  await recoverStore(join(options.dataDir, 'registry'), new Date());
  const app = createHttpApp(options);
  const { port, close } = await listen(app, { host: HOST, port: options.port }, (server) => {
    // A push of gigabytes takes as long as it takes; only the headers have to come soon.
    server.requestTimeout = 0;
    // Longer than clients pause between requests: one that meets a connection being closed cannot repeat a POST.
    server.keepAliveTimeout = KEEP_ALIVE_MS;
  });
  return { url: `http://${HOST}:${port}`, port, close };
}
