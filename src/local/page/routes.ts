import { Hono } from 'hono';
import type { KubeObject } from '../../core/resource.ts';
import { script, style } from './assets.ts';
import { type Addresses, page } from './page.ts';
import { viewOf } from './view.ts';

export type PageOptions = Readonly<{
  /** All objects of our kinds; undefined while local mode is not yet up. */
  objects: () => Promise<readonly KubeObject[]> | undefined;
  addresses: () => Addresses;
  now: () => Date;
}>;

/** Nothing but our own files runs, nothing is sent elsewhere, and no other page may frame this one. */
const policy =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The page of local mode: what the statuses say, read only. */
export function pageRoutes({ objects, addresses, now }: PageOptions): Hono {
  const app = new Hono();
  app.use('*', async (c, next) => {
    await next();
    c.header('content-security-policy', policy);
    c.header('x-content-type-options', 'nosniff');
    c.header('cache-control', 'no-store');
  });
  app.get('/', async (c) => {
    const found = objects();
    if (found === undefined) return c.text('local mode is starting\n', 503);
    return c.html(await page(viewOf(await found), addresses(), now()));
  });
  app.get('/page.css', (c) => c.body(style, 200, { 'content-type': 'text/css; charset=utf-8' }));
  app.get('/page.js', (c) => c.body(script, 200, { 'content-type': 'text/javascript; charset=utf-8' }));
  return app;
}
