import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type LocalServer = Readonly<{ url: string; stop(): Promise<void> }>;

/** An HTTP server on a free port of an address of this machine. */
export function serve(listener: RequestListener, address = '127.0.0.1'): Promise<LocalServer> {
  const { promise, resolve, reject } = Promise.withResolvers<LocalServer>();
  const server = createServer(listener);
  server.once('error', reject);
  server.listen(0, address, () => {
    const { port } = server.address() as AddressInfo;
    resolve({ url: `http://${address}:${port}`, stop: () => stop(server) });
  });
  return promise;
}

function stop(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeAllConnections();
  return promise;
}

/** Who may use a server of the lane. `token` is a bearer token, given as it is. */
export type Login =
  | Readonly<{ kind: 'none' }>
  | Readonly<{ kind: 'basic'; user: string; password: string }>
  | Readonly<{ kind: 'bearer'; token: string }>;

export function isAllowed(request: IncomingMessage, login: Login): boolean {
  if (login.kind === 'none') return true;
  return request.headers.authorization === expected(login);
}

function expected(login: Exclude<Login, { kind: 'none' }>): string {
  if (login.kind === 'bearer') return `Bearer ${login.token}`;
  return `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`;
}

/** 401 with the challenge that makes clients show their credentials. */
export function challenge(response: ServerResponse, login: Login): void {
  const scheme = login.kind === 'bearer' ? 'Bearer' : 'Basic';
  response.writeHead(401, { 'www-authenticate': `${scheme} realm="alustan-e2e"` }).end('login needed\n');
}
