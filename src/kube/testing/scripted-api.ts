import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { KubeObject } from '../../core/resource.ts';

export type Seen = Readonly<{ request: IncomingMessage; url: URL; body: string }>;
export type Reply = (response: ServerResponse, seen: Seen) => void | Promise<void>;

type Step = Readonly<{ what: string; reply: Reply }>;

/**
 * An API server that does what a test tells it, in order: one step a request, `METHOD /path`, where a step for a watch
 * says `WATCH /path`. A request that no step waits for is answered 418 and is a failure of `verify`, as is a step that
 * nobody asked for.
 */
export class ScriptedApi {
  readonly seen: Seen[] = [];
  readonly #steps: Step[] = [];
  readonly #wrong: string[] = [];
  readonly #server: Server;
  #scheme = 'http';

  constructor(tls?: ServerOptions) {
    const listener: RequestListener = (request, response) => void this.#answer(request, response);
    this.#server = tls ? createTlsServer(tls, listener) : createServer(listener);
    if (tls) this.#scheme = 'https';
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  on(what: string, reply: Reply): this {
    this.#steps.push({ what, reply });
    return this;
  }

  /** Ends all connections, as a server that is killed. */
  cut(): void {
    this.#server.closeAllConnections();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Unexpected requests and unused steps; a good test leaves none. */
  faults(): string[] {
    return [...this.#wrong, ...this.#steps.map(({ what }) => `nobody asked for ${what}`)];
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    let body = '';
    for await (const piece of request.setEncoding('utf8')) body += piece;
    const seen = { request, url, body };
    this.seen.push(seen);
    const method = url.searchParams.get('watch') === 'true' ? 'WATCH' : request.method;
    const what = `${method} ${url.pathname}`;
    const next = this.#steps[0];
    if (next?.what === what) {
      this.#steps.shift();
      await next.reply(response, seen);
    } else {
      this.#wrong.push(`unexpected ${what}; expected ${next?.what ?? 'nothing more'}`);
      response.writeHead(418).end();
    }
  }
}

export function json(value: unknown, code = 200, headers: Record<string, string> = {}): Reply {
  return (response) => void response.writeHead(code, headers).end(JSON.stringify(value));
}

export function failure(code: number, reason: string, headers: Record<string, string> = {}): Reply {
  const message = `the server says ${reason}`;
  return json({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message, code }, code, headers);
}

export function listOf(items: readonly KubeObject[], resourceVersion: string, next?: string): Reply {
  return json({ kind: 'List', apiVersion: 'v1', metadata: { resourceVersion, continue: next }, items });
}

/** A watch that the test feeds. */
export class Stream {
  readonly #opened = Promise.withResolvers<ServerResponse>();

  readonly reply: Reply = (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    this.#opened.resolve(response);
  };

  /** Resolves when somebody watches. */
  async opened(): Promise<void> {
    await this.#opened.promise;
  }

  async send(type: string, object: unknown): Promise<void> {
    await this.raw(`${JSON.stringify({ type, object })}\n`);
  }

  async raw(text: string | Buffer): Promise<void> {
    const response = await this.#opened.promise;
    await new Promise((resolve) => response.write(text, resolve));
  }

  async end(): Promise<void> {
    (await this.#opened.promise).end();
  }

  /** Breaks the connection. */
  async cut(): Promise<void> {
    (await this.#opened.promise).destroy();
  }
}
