import { type Context, Hono } from 'hono';
import { CommandReader, type RefUpdate } from './commands.ts';
import { parseRepositoryName } from './name.ts';
import { settlePush } from './push.ts';
import { advertise, exchange, type GitService, requestBody } from './service.ts';
import type { Repositories } from './store.ts';

export type GitPush = Readonly<{
  /** Name of the repository, `team/shop`. */
  repository: string;
  /** Path of its URL, `/git/team/shop.git`. */
  path: string;
  /** Refs that changed; an id of zeros means created or deleted. */
  refs: readonly RefUpdate[];
}>;

export type GitOptions = Readonly<{
  repositories: Repositories;
  /** Called after each push that changed something. What it throws is not the pusher's concern and is dropped. */
  onPush?: (push: GitPush) => void;
}>;

type Asked = Readonly<{ name: string; service: GitService; advertise: boolean }>;

const NO_CACHE = { 'cache-control': 'no-cache, max-age=0, must-revalidate' };

/** Git over smart HTTP (gitprotocol-http), mounted at `/git`: fetch and push, protocol versions 0 to 2. */
export function gitRoutes(options: GitOptions): Hono {
  return new Hono().all('/*', async (c) => {
    const page = c.req.method === 'GET' ? await repositoryPage(options, new URL(c.req.url)) : undefined;
    if (page !== undefined) return page;
    const asked = parse(new URL(c.req.url), c.req.method);
    if (asked instanceof Response) return asked;
    const there = await options.repositories.has(asked.name);
    if (!there && asked.service === 'git-upload-pack') return missing(asked.name);
    return asked.advertise ? answerRefs(c, options, asked, there) : answerService(c, options, asked);
  });
}

/** For a person who opens the address of a repository in a browser. */
async function repositoryPage(options: GitOptions, url: URL): Promise<Response | undefined> {
  const name = parseRepositoryName(url.pathname.slice('/git/'.length));
  if (name === undefined || !(await options.repositories.has(name))) return undefined;
  return plain(200, `${name} is a git repository: git clone ${url.origin}/git/${name}.git`);
}

function parse(url: URL, method: string): Asked | Response {
  const [, path = '', rest = ''] = /^\/git\/(.+?)\/(info\/refs|git-[a-z-]+)$/.exec(url.pathname) ?? [];
  const name = parseRepositoryName(path);
  if (name === undefined) return plain(404, 'not a git repository: the address is /git/<name>.git');
  const info = rest === 'info/refs';
  const service = info ? url.searchParams.get('service') : rest;
  if (service !== 'git-upload-pack' && service !== 'git-receive-pack') {
    return plain(403, 'only the smart HTTP protocol is served: use git 1.6.6 or newer');
  }
  if (method !== (info ? 'GET' : 'POST')) return plain(405, `method ${method} is not allowed here`);
  return { name, service, advertise: info };
}

async function answerRefs(c: Context, options: GitOptions, asked: Asked, there: boolean): Promise<Response> {
  const path = there ? options.repositories.path(asked.name) : await options.repositories.empty();
  return stream(`application/x-${asked.service}-advertisement`, await advertise(call(c, options, asked, path)));
}

async function answerService(c: Context, options: GitOptions, asked: Asked): Promise<Response> {
  const { service, name } = asked;
  if (c.req.header('content-type') !== `application/x-${service}-request`) {
    return plain(415, `the content type must be application/x-${service}-request`);
  }
  if (service === 'git-receive-pack') await options.repositories.create(name);
  const { git } = options.repositories;
  const path = options.repositories.path(name);
  const reader = new CommandReader();
  const settle = async () => {
    if (reader.updates.length === 0) return;
    const refs = await settlePush(git, path, reader.updates);
    if (refs.length > 0) tell(options, { repository: name, path: `/git/${name}.git`, refs });
  };
  const push = service === 'git-receive-pack';
  const seen = push ? (chunk: Uint8Array) => reader.write(chunk) : () => {};
  const body = await exchange(call(c, options, asked, path), requestBody(c.req.raw), seen, settle);
  return stream(`application/x-${service}-result`, body);
}

function call(c: Context, options: GitOptions, asked: Asked, path: string) {
  const { git } = options.repositories;
  return { git, service: asked.service, path, protocol: c.req.header('git-protocol'), signal: c.req.raw.signal };
}

function tell(options: GitOptions, push: GitPush): void {
  try {
    options.onPush?.(push);
  } catch {
    // The push is done; whoever listens polls as well.
  }
}

function stream(type: string, body: AsyncIterable<Uint8Array>): Response {
  return new Response(ReadableStream.from(body), {
    headers: { 'content-type': type, ...NO_CACHE },
  });
}

function missing(name: string): Response {
  return plain(404, `no repository ${name}: a push to /git/${name}.git creates it`);
}

function plain(status: number, message: string): Response {
  return new Response(`${message}\n`, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...NO_CACHE },
  });
}
