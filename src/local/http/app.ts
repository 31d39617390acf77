import { Hono } from 'hono';
import type { Log } from '../../core/log.ts';
import { Git } from '../git/program.ts';
import { type GitPush, gitRoutes } from '../git/routes.ts';
import { Repositories } from '../git/store.ts';
import type { RegistryPush } from '../registry/routes/call.ts';
import { registryRoutes } from '../registry/routes/index.ts';
import { guardLocal } from './guard.ts';

export type HttpOptions = Readonly<{
  /** Repositories lie under `git/`, the registry under `registry/`. */
  dataDir: string;
  /** For the program git: where it is found. */
  env: NodeJS.ProcessEnv;
  onGitPush?: (push: GitPush) => void;
  onRegistryPush?: (push: RegistryPush) => void;
  /** Mounts what else the listener serves; the guard of Host and Origin is before it. */
  extraRoutes?: (app: Hono) => void;
  log?: Pick<Log, 'error'>;
}>;

/** Everything that the HTTP listener of local mode answers. */
export function createHttpApp(options: HttpOptions): Hono {
  const { dataDir, onGitPush, onRegistryPush, log } = options;
  const repositories = new Repositories(dataDir, new Git(options.env));
  const registry = registryRoutes({ dataDir, ...(onRegistryPush === undefined ? {} : { onPush: onRegistryPush }) });
  const app = new Hono();
  app.use('*', guardLocal());
  app.route('/git', gitRoutes({ repositories, ...(onGitPush === undefined ? {} : { onPush: onGitPush }) }));
  app.route('/v2', registry);
  options.extraRoutes?.(app);
  app.onError((error, c) => {
    // A client that goes away breaks its request off: nothing is wrong here.
    if (!c.req.raw.signal.aborted) log?.error({ err: error, method: c.req.method, path: c.req.path }, 'request failed');
    return c.text(`${error.message}\n`, 500);
  });
  return app;
}
