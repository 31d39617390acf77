import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { authenticate, type TokenReviewer } from '../auth/authenticate.ts';
import type { ServingIdentity } from '../auth/certificates.ts';
import { ApiError, badRequest, internalError, PageNotFound } from '../errors.ts';
import { type ApiRequest, readBody } from './request.ts';
import { sendJson } from './respond.ts';

export type Handler = (request: ApiRequest) => Promise<void> | void;

/** An HTTPS server on 127.0.0.1 that authenticates, hands on, and turns what is thrown into Status objects. */
export class HttpServer {
  readonly #server: Server;
  readonly #reviewers: readonly TokenReviewer[];
  readonly #handler: Handler;
  readonly #closing = new AbortController();

  constructor(identity: ServingIdentity, reviewers: readonly TokenReviewer[], handler: Handler) {
    this.#reviewers = reviewers;
    this.#handler = handler;
    this.#server = createServer({ key: identity.keyPem, cert: identity.certPem }, (message, response) => {
      void this.#serve(message, response);
    });
    // Watches are long and silent; Go's clients keep connections for longer than Node's 5 s.
    this.#server.keepAliveTimeout = 120_000;
    this.#server.requestTimeout = 0;
    this.#server.on('tlsClientError', () => {});
  }

  /** @returns the port. Rejects with EADDRINUSE when it is taken. */
  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    return (this.#server.address() as AddressInfo).port;
  }

  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    setTimeout(() => this.#server.closeAllConnections(), 200).unref();
    await closed;
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = urlOf(message);
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const request: ApiRequest = {
      method: message.method ?? 'GET',
      path: url?.pathname ?? '/',
      query: url?.searchParams ?? new URLSearchParams(),
      headers: message.headers,
      user: { name: '', groups: [] },
      warnings: [],
      signal: AbortSignal.any([gone.signal, this.#closing.signal]),
      body: () => readBody(message),
      response,
    };
    try {
      if (url === undefined) throw badRequest('the URL of the request cannot be parsed');
      const user = authenticate(message.headers, this.#reviewers);
      await this.#handler({ ...request, user });
    } catch (error) {
      fail(request, error);
    }
  }
}

function urlOf(message: IncomingMessage): URL | undefined {
  const url = URL.parse(message.url ?? '/', 'https://127.0.0.1') ?? undefined;
  try {
    if (url !== undefined) decodeURIComponent(url.pathname);
    return url;
  } catch {
    return undefined;
  }
}

function fail(request: ApiRequest, error: unknown): void {
  const { response } = request;
  const known = error instanceof ApiError ? error : unexpected(error);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const seconds = known.details?.retryAfterSeconds;
  if (seconds !== undefined) response.setHeader('Retry-After', String(seconds));
  if (known instanceof PageNotFound) {
    response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' });
    response.end(`${known.message}\n`);
  } else sendJson(request, known.code, JSON.stringify(known.status()));
}

function unexpected(error: unknown): ApiError {
  // A bug of ours: the client gets its message, the operator its trace.
  process.stderr.write(`embedded API: ${error instanceof Error ? error.stack : String(error)}\n`);
  return internalError(error instanceof Error ? error.message : String(error));
}
