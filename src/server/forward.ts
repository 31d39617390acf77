import type { MiddlewareHandler } from 'hono';
import type { Presence } from './presence.ts';

/** Milliseconds that the leader has for its answer. */
const limitMs = 10_000;

/** Says that a request has come from another replica: it is not sent on once more while the lead changes. */
const mark = 'x-alustan-forwarded';

/** Of one connection only, or made anew. */
const dropped = ['connection', 'content-length', 'host', 'keep-alive', 'transfer-encoding', 'upgrade'];

/**
 * Sends a standby's requests on to the replica that leads: whoever rings does not know which that is, and would not
 * ring again. Where nobody is known to lead the app itself says what that means.
 */
export function toLeader({ leader }: Pick<Presence, 'leader'>): MiddlewareHandler {
  return async (c, next) => {
    const url = leader();
    if (url === undefined || c.req.header(mark) !== undefined) return next();
    const { pathname, search } = new URL(c.req.url);
    const { method, body, headers: asked } = c.req.raw;
    const headers = new Headers(asked);
    for (const name of dropped) headers.delete(name);
    headers.set(mark, '1');
    const signal = AbortSignal.any([c.req.raw.signal, AbortSignal.timeout(limitMs)]);
    const sent = { method, headers, signal, redirect: 'manual' } as const;
    try {
      const answer = await fetch(
        new URL(pathname + search, url),
        body === null ? sent : { ...sent, body, duplex: 'half' },
      );
      const type = answer.headers.get('content-type');
      return new Response(answer.body, {
        status: answer.status,
        headers: type === null ? {} : { 'content-type': type },
      });
    } catch {
      return c.text('the replica that leads does not answer: send it again later\n', 503);
    }
  };
}
