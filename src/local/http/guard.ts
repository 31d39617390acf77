import type { MiddlewareHandler } from 'hono';

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/**
 * Refuses what a web page of another site could send through the user's browser: a Host that is no name of this machine
 * (DNS rebinding), and an Origin other than our own pages (cross-site requests). Programs send no Origin.
 */
export function guardLocal(): MiddlewareHandler {
  return async (c, next) => {
    const host = c.req.header('host') ?? '';
    if (!LOOPBACK.test(host.replace(/:\d+$/, '').toLowerCase())) {
      return c.text(`host ${JSON.stringify(host)} is refused: use 127.0.0.1 or localhost\n`, 403);
    }
    const origin = c.req.header('origin');
    if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`) {
      return c.text(`origin ${JSON.stringify(origin)} is refused: only pages of http://${host} may call\n`, 403);
    }
    return next();
  };
}
