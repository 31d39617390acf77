import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers instead of the server behind. */
export type Fault = (request: IncomingMessage, response: ServerResponse) => void;

/** An answer of one status, the same for whatever is asked. */
export function status(code: number, headers: Readonly<Record<string, string>> = {}, body = ''): Fault {
  return (_request, response) => void response.writeHead(code, headers).end(body);
}

export const htmlPage = status(200, { 'content-type': 'text/html' }, '<html><body>Please log in</body></html>');

/** Takes the request and never answers. */
export const silence: Fault = () => {};

export const brokenConnection: Fault = (incoming) => void incoming.socket.destroy();

/** Stands before the local git server and registry, passes all on, and can be told to fail as such servers do. */
export class FaultProxy {
  /** By the start of the path: `/git/` or `/v2/`. */
  readonly faults = new Map<string, Fault>();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(target: string): Promise<FaultProxy> {
    const server = createServer();
    const proxy = new FaultProxy(server);
    server.on('request', (incoming: IncomingMessage, response: ServerResponse) => {
      const path = incoming.url ?? '/';
      const fault = [...proxy.faults].find(([prefix]) => path.startsWith(prefix))?.[1];
      if (fault === undefined) pass(target, incoming, response);
      else fault(incoming, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** `127.0.0.1:12345` */
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

function pass(target: string, incoming: IncomingMessage, response: ServerResponse): void {
  const { method, headers } = incoming;
  const url = new URL(incoming.url ?? '/', target);
  const outgoing = request(url, { method: method ?? 'GET', headers: { ...headers, host: url.host } }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  outgoing.on('error', () => response.destroy());
  incoming.pipe(outgoing);
}
