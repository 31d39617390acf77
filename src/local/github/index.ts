import { Hono } from 'hono';
import { controlRoutes, type HeadOf, pullPage } from './control.ts';
import { type Delivery, type Hook, Hooks } from './hooks.ts';
import { Limits } from './limits.ts';
import { type LoginOptions, Logins } from './logins.ts';
import { type Seen, Server } from './server.ts';
import type { Addresses } from './shapes/address.ts';
import { memoryStore, type Store } from './store.ts';
import { showPull } from './text.ts';
import { World } from './world.ts';

export type GitHubOptions = Readonly<{
  /** Address of the listener, without `/github`; it may be known only later. */
  url: () => string;
  store?: Store;
  logins?: LoginOptions;
  limits?: Readonly<{ login: number; anonymous: number }>;
  /** Who is told by webhook. */
  hooks?: () => readonly Hook[];
  /** Head commit of a branch of the git server; undefined: it has none, and one is made up. */
  headOf?: HeadOf;
  now?: () => Date;
}>;

/** A GitHub of one's own: exactly the calls that the controller makes, over real HTTP, with a memory. */
export type GitHubDouble = Readonly<{
  world: World;
  logins: Logins;
  limits: Limits;
  /** To be mounted at `/github`. */
  routes: Hono;
  /** Every request so far, the oldest first; 100,000 at most. */
  seen: readonly Seen[];
  /** Requests that no GitHub call here answers: a test fails when there are any. */
  unknown: readonly string[];
  deliveries: readonly Delivery[];
  /** Resolves when all webhooks are sent. */
  settled(): Promise<void>;
}>;

export function createGitHubDouble(options: GitHubOptions): GitHubDouble {
  const now = options.now ?? (() => new Date());
  const at = (): Addresses => ({ web: options.url(), api: `${options.url()}/github` });
  const hooks = new Hooks(options.hooks ?? (() => []));
  const world = new World({
    store: options.store ?? memoryStore(),
    now,
    told: (happening) => hooks.send(happening, world, at()),
  });
  const logins = new Logins(options.logins ?? {}, now);
  const limits = new Limits(now, options.limits);
  const seen: Seen[] = [];
  const unknown: string[] = [];
  const server = new Server({ world, logins, limits, at, seen, unknown });
  const routes = new Hono()
    .route('/_local', controlRoutes(world, options.headOf ?? (async () => undefined)))
    .get('/:owner/:repo/pull/:number', (c) => {
      const { owner, repo, number } = c.req.param();
      const page = pullPage(world, owner, repo, Number(number));
      return page === undefined ? c.text('there is no such pull request\n', 404) : c.text(showPull(page));
    })
    .all('/*', (c) => server.answer(c.req.raw));
  return { world, logins, limits, routes, seen, unknown, deliveries: hooks.deliveries, settled: () => hooks.flush() };
}
