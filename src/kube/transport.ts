import { hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { createSecureContext } from 'node:tls';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { type Clock, sleep, systemClock } from '../core/clock.ts';
import { type Access, CredentialCache, type Credentials, type TlsMaterial } from './access/access.ts';
import { KubeError } from './client.ts';
import { type Guard, guarding } from './guarding.ts';
import { Gate, Limiter } from './limiter.ts';
import { retryDelay } from './retry.ts';
import { answerError, networkError } from './status-error.ts';

export type Request = Readonly<{
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query. */
  path: string;
  body?: string;
  contentType?: string;
  /** Impersonation. */
  headers?: Readonly<Record<string, string | string[]>>;
  /** May be sent again when it is unknown whether it arrived. */
  idempotent: boolean;
  signal?: AbortSignal | undefined;
  guard?: Guard | undefined;
}>;

export type TransportOptions = Readonly<{
  userAgent: string;
  qps?: number;
  burst?: number;
  /** Requests under way at once, watches apart. */
  concurrency?: number;
  /** Milliseconds until headers, and between two pieces of a body. */
  timeoutMs?: number;
  /** Told of each exchange: its method, the status (0: no answer), milliseconds until headers or the end of a body. */
  requested?: (method: string, status: number, ms: number) => void;
  clock?: Clock;
  random?: () => number;
}>;

/** Limits that are there to stop a runaway, not to pace the work: the server's own fairness does that. */
const defaults = { qps: 2000, burst: 4000, concurrency: 64, timeoutMs: 30_000, connectMs: 10_000 };

/** HTTP to one API server: one pool of connections, credentials, limits, retries, errors. */
export class Transport {
  readonly #access: Access;
  readonly #options: TransportOptions;
  readonly #clock: Clock;
  readonly #credentials: CredentialCache;
  readonly #limiter: Limiter;
  readonly #gate: Gate;
  #agent: Dispatcher | undefined;
  #agentOf = '';
  #tls: TlsMaterial | undefined;

  constructor(access: Access, options: TransportOptions, credentials?: CredentialCache) {
    this.#access = access;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#credentials = credentials ?? new CredentialCache(access, () => this.#clock.now());
    this.#limiter = new Limiter({
      qps: options.qps ?? defaults.qps,
      burst: options.burst ?? defaults.burst,
      clock: this.#clock,
    });
    this.#gate = new Gate(options.concurrency ?? defaults.concurrency);
  }

  /** The same access with a pool and limits of its own: leases must not wait behind a fan-out. */
  beside(): Transport {
    return new Transport(this.#access, this.#options, this.#credentials);
  }

  /** Text of a successful answer. */
  async send(request: Request): Promise<string> {
    const once = () => this.#once(request, async (answer) => await answer.body.text());
    return await this.#retrying(request, () => this.#gate.run(once));
  }

  /** Body of a successful answer as it comes in; the caller consumes or destroys it. */
  async open(request: Request): Promise<Readable> {
    return await this.#retrying(request, () => this.#once(request, async (answer) => answer.body, 0));
  }

  async close(): Promise<void> {
    await this.#agent?.destroy();
  }

  async #retrying<T>(request: Request, run: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      await this.#limiter.take(request.signal);
      try {
        return await run();
      } catch (error) {
        const delay = retryDelay(error, request.idempotent, attempt, this.#options.random ?? Math.random);
        if (delay === undefined) throw error;
        await sleep(this.#clock, delay, request.signal);
      }
    }
  }

  /** One try; a 401 costs a second one with fresh credentials. */
  async #once<T>(request: Request, read: (answer: Dispatcher.ResponseData) => Promise<T>, bodyMs?: number): Promise<T> {
    const first = await this.#credentials.get();
    try {
      return await this.#exchange(request, first, read, bodyMs);
    } catch (error) {
      if (!(error instanceof KubeError) || error.status !== 401) throw error;
      await this.#credentials.refuse(first);
      return await this.#exchange(request, await this.#credentials.get(), read, bodyMs);
    }
  }

  async #exchange<T>(
    request: Request,
    credentials: Credentials,
    read: (answer: Dispatcher.ResponseData) => Promise<T>,
    bodyMs: number = this.#options.timeoutMs ?? defaults.timeoutMs,
  ): Promise<T> {
    const what = `${request.method} ${this.#access.server}${request.path.replace(/\?.*/, '')}`;
    request.guard?.check();
    const began = performance.now();
    let status = 0;
    try {
      const answer = await this.#dispatcher(credentials.tls).request({
        origin: new URL(this.#access.server).origin,
        path: new URL(this.#access.server).pathname.replace(/\/$/, '') + request.path,
        method: request.method,
        headers: this.#headers(request, credentials),
        body: request.body ?? null,
        signal: request.signal ?? null,
        ...(request.guard === undefined ? {} : { guard: request.guard }),
        headersTimeout: this.#options.timeoutMs ?? defaults.timeoutMs,
        bodyTimeout: bodyMs,
      });
      status = answer.statusCode;
      if (answer.statusCode < 400) return await read(answer);
      const body = await answer.body.text();
      throw answerError(what, answer.statusCode, body, single(answer.headers['retry-after']));
    } catch (error) {
      if (error instanceof KubeError) throw error;
      request.signal?.throwIfAborted();
      throw networkError(what, error);
    } finally {
      this.#options.requested?.(request.method, status, performance.now() - began);
    }
  }

  #headers(request: Request, credentials: Credentials): Record<string, string | string[]> {
    return {
      accept: 'application/json',
      'user-agent': this.#options.userAgent,
      ...(request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
      ...credentials.headers,
      ...request.headers,
    };
  }

  /** The one pool; a new one only when certificates have changed, the old one finishes what it has. */
  #dispatcher(tls: TlsMaterial): Dispatcher {
    if (this.#agent && this.#tls === tls) return this.#agent;
    const of = hash('sha256', JSON.stringify(tls));
    this.#tls = tls;
    if (this.#agent && this.#agentOf === of) return this.#agent;
    void this.#agent?.close();
    this.#agentOf = of;
    this.#agent = createAgent(tls, this.#access.proxyUrl).compose(guarding);
    return this.#agent;
  }
}

/** HTTP/1.1: a slow watch must not hold up the others on a shared connection. */
function createAgent(tls: TlsMaterial, proxyUrl: string | undefined): Dispatcher {
  const common = { allowH2: false, keepAliveTimeout: 30_000, keepAliveMaxTimeout: 85_000, pipelining: 1 };
  // Made once: reading the certificates anew costs each of the many connections some 10 ms.
  const secured = { ...tls, secureContext: createSecureContext(tls) };
  const connect = { timeout: defaults.connectMs, keepAlive: true, keepAliveInitialDelay: 30_000, ...secured };
  if (proxyUrl === undefined) return new Agent({ ...common, connect });
  if (/^https?:/.test(proxyUrl)) return new ProxyAgent({ ...common, uri: proxyUrl, requestTls: connect });
  throw new Error(`proxy-url ${proxyUrl}: only http and https proxies are supported`);
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
