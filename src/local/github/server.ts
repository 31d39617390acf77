import type { Limits } from './limits.ts';
import type { Caller, Logins } from './logins.ts';
import { type Asked, etagOf, notFound, type Reply, refusal } from './reply.ts';
import { routeTable } from './routes/table.ts';
import type { Addresses } from './shapes/address.ts';
import type { World } from './world.ts';

/** One request that was answered. */
export type Seen = Readonly<{ method: string; path: string; status: number; authorization?: string }>;

const maxSeen = 100_000;

type Parts = Readonly<{
  world: World;
  logins: Logins;
  limits: Limits;
  at: () => Addresses;
  seen: Seen[];
  unknown: string[];
}>;

/** Answers calls of the REST API, counts them, and notes what it does not know. */
export class Server {
  readonly #parts: Parts;
  readonly #table: ReturnType<typeof routeTable>;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#table = routeTable(parts);
  }

  async answer(request: Request): Promise<Response> {
    const { logins, limits, seen } = this.#parts;
    const url = new URL(request.url);
    url.pathname = url.pathname.replace(/^\/github/, '');
    const authorization = request.headers.get('authorization') ?? undefined;
    const caller = logins.caller(authorization);
    const who = caller !== undefined && 'token' in caller ? caller.token : undefined;
    const made = await this.#reply(request, url, caller, who);
    const response = respond(request, made, authorization);
    const free = url.pathname === '/rate_limit' || caller?.type === 'app';
    if (!free) limits.count(who, response.status);
    for (const [name, value] of Object.entries(limits.headers(who))) response.headers.set(name, value);
    const told = authorization === undefined ? {} : { authorization };
    seen.push({ method: request.method, path: url.pathname + url.search, status: response.status, ...told });
    if (seen.length > maxSeen) seen.shift();
    return response;
  }

  async #reply(request: Request, url: URL, caller: Caller | undefined, who: string | undefined): Promise<Reply> {
    if (caller === undefined) return refusal(401, 'Bad credentials');
    if (caller.type !== 'app' && this.#parts.limits.exhausted(who)) {
      return refusal(403, `API rate limit exceeded${who === undefined ? ' for 127.0.0.1' : ''}.`);
    }
    const body = request.method === 'GET' ? {} : await bodyOf(request);
    const { world, at } = this.#parts;
    const asked = { url, parts: [], body, caller, world, at: at() } as const;
    return (
      this.#ofServer(request.method, asked) ?? this.#ofRepository(request.method, asked) ?? this.#never(request, url)
    );
  }

  #ofServer(method: string, asked: Asked): Reply | undefined {
    const found = this.#table.find('server', method, asked.url.pathname);
    return found?.handler.of === 'server' ? found.handler.answer({ ...asked, parts: found.parts }) : undefined;
  }

  #ofRepository(method: string, asked: Asked): Reply | undefined {
    const { world } = this.#parts;
    const [, owner, name, id, path = ''] =
      /^\/(?:repos\/([^/]+)\/([^/]+)|repositories\/(\d+))(.*)$/.exec(asked.url.pathname) ?? [];
    const found = this.#table.find('repository', method, path);
    if (found?.handler.of !== 'repository' || (owner === undefined && id === undefined)) return undefined;
    const repository = id === undefined ? world.find(owner ?? '', name ?? '') : world.findById(Number(id));
    if (repository !== undefined) return found.handler.answer({ ...asked, parts: found.parts, repository });
    const moved = world.findFormer(owner ?? '', name ?? '');
    if (moved === undefined) return notFound;
    const location = `${asked.at.api}/repositories/${moved.id}${path}${asked.url.search}`;
    return { status: 301, body: { message: 'Moved Permanently', url: location }, headers: { location } };
  }

  #never(request: Request, url: URL): Reply {
    const what = `${request.method} ${url.pathname}`;
    this.#parts.unknown.push(what);
    return refusal(501, `the local GitHub does not know ${what}`);
  }
}

function respond(request: Request, { status, body, headers = {} }: Reply, authorization: string | undefined): Response {
  const text = JSON.stringify(body);
  const common = { ...headers, 'content-type': 'application/json; charset=utf-8' };
  if (request.method !== 'GET' || status !== 200) return new Response(text, { status, headers: common });
  const etag = etagOf(text, authorization);
  if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers: { etag } });
  return new Response(text, { status, headers: { ...common, etag } });
}

async function bodyOf(request: Request): Promise<Readonly<Record<string, unknown>>> {
  const body: unknown = await request.json().catch(() => undefined);
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}
