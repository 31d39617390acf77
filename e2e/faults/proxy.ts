import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Agent, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Access } from '../cluster/api.ts';

/** What came in. */
export type Asked = Readonly<{
  method: string;
  /** With its query. */
  path: string;
  watch: boolean;
  /** Anything but a read. */
  write: boolean;
  /** Milliseconds of `performance.now()`. */
  at: number;
}>;

/**
 * What happens to a request: it passes, it is answered by the proxy, its connection breaks before it arrives, it arrives
 * and its answer is lost, or it arrives late.
 */
export type Fate =
  | 'passes'
  | 'broken'
  | 'answer-lost'
  | Readonly<{ status: number; retryAfter?: number }>
  | Readonly<{ lateMs: number }>;

/** Stands between a controller and the API server, over plain HTTP on this side, and fails as it is told. */
export class ApiProxy {
  /** Decides on each request. */
  fate: (asked: Asked) => Fate = () => 'passes';
  /** All that came in, in order. */
  readonly asked: Asked[] = [];
  readonly #access: Access;
  readonly #server: Server;
  readonly #agent: Agent;
  readonly #watches = new Set<ServerResponse>();

  private constructor(access: Access) {
    this.#access = access;
    this.#agent = new Agent({ keepAlive: true, ca: access.caPem });
    this.#server = createServer((incoming, response) => this.#take(incoming, response));
  }

  static async start(access: Access): Promise<ApiProxy> {
    const proxy = new ApiProxy(access);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Breaks every watch that is open. */
  cutWatches(): void {
    for (const response of this.#watches) response.socket?.resetAndDestroy();
  }

  /** Ends every open watch as a server does whose history no longer reaches back: 410. */
  expireWatches(): void {
    const object = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Expired', code: 410 };
    for (const response of this.#watches) response.end(`${JSON.stringify({ type: 'ERROR', object })}\n`);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    this.#agent.destroy();
  }

  #take(incoming: IncomingMessage, response: ServerResponse): void {
    const { method = 'GET', url: path = '/' } = incoming;
    const asked = { method, path, watch: /[?&]watch=true/.test(path), write: method !== 'GET', at: performance.now() };
    this.asked.push(asked);
    const fate = this.fate(asked);
    if (fate === 'broken') incoming.socket.resetAndDestroy();
    else if (typeof fate === 'string') this.#pass(incoming, response, asked.watch, fate === 'answer-lost');
    else if ('status' in fate) refuse(incoming, response, fate);
    else setTimeout(() => this.#pass(incoming, response, asked.watch, false), fate.lateMs);
  }

  #pass(incoming: IncomingMessage, response: ServerResponse, watch: boolean, loseAnswer: boolean): void {
    const { method, url, headers } = incoming;
    const target = new URL(url ?? '/', this.#access.url);
    const broken = () => incoming.socket.destroy();
    const outgoing = request(
      target,
      { method, headers: { ...headers, host: target.host }, agent: this.#agent },
      (answer) => {
        answer.on('error', broken);
        if (loseAnswer) {
          answer.resume().on('end', () => incoming.socket.resetAndDestroy());
          return;
        }
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        if (watch) this.#passWatch(answer, response);
        else answer.pipe(response);
      },
    );
    outgoing.on('error', broken);
    response.on('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  }

  /** In whole lines, so that an ERROR event of ours never falls into one of the server's. */
  #passWatch(answer: IncomingMessage, response: ServerResponse): void {
    let rest = '';
    this.#watches.add(response);
    response.flushHeaders();
    response.on('close', () => this.#watches.delete(response));
    answer.setEncoding('utf8').on('data', (piece: string) => {
      const text = rest + piece;
      const end = text.lastIndexOf('\n') + 1;
      rest = text.slice(end);
      if (end > 0 && !response.writableEnded) response.write(text.slice(0, end));
    });
    answer.on('end', () => response.end());
  }
}

function refuse(
  incoming: IncomingMessage,
  response: ServerResponse,
  { status, retryAfter }: Readonly<{ status: number; retryAfter?: number }>,
): void {
  incoming.resume();
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  const body = { kind: 'Status', apiVersion: 'v1', status: 'Failure', message: 'told to fail', code: status };
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
