import { Hono } from 'hono';
import type { Log } from '../core/log.ts';
import { toLeader } from './forward.ts';
import type { Metrics } from './metrics.ts';
import type { Presence } from './presence.ts';

/**
 * What else the controller's listener serves: an app and the path under which it is found, `/hooks/github`. A standby
 * sends what it is asked there on to the leader.
 */
export type Mount = Readonly<{ path: `/${string}`; app: Hono }>;

export type AppOptions = Readonly<{
  presence: Pick<Presence, 'alive' | 'ready' | 'leader'>;
  metrics: Pick<Metrics, 'text' | 'contentType'>;
  mounts?: readonly Mount[];
  log: Pick<Log, 'error'>;
}>;

/** Everything that the controller's HTTP listener answers. */
export function createApp({ presence, metrics, mounts = [], log }: AppOptions): Hono {
  const app = new Hono();
  for (const [path, check] of [['/healthz', presence.alive] as const, ['/readyz', presence.ready] as const]) {
    app.get(path, (c) => {
      const { ok, says } = check();
      return c.text(`${says}\n`, ok ? 200 : 503);
    });
  }
  app.get('/metrics', async (c) => c.body(await metrics.text(), 200, { 'content-type': metrics.contentType }));
  for (const mount of mounts) {
    app.use(`${mount.path}/*`, toLeader(presence));
    app.route(mount.path, mount.app);
  }
  app.onError((error, c) => {
    // The words of a fault are for the log: whoever asks need not be known to us.
    log.error({ err: error, method: c.req.method, path: c.req.path }, 'request failed');
    return c.text('a fault of the controller, see its log\n', 500);
  });
  return app;
}
