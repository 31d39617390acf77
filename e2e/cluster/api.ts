import { readFileSync } from 'node:fs';
import { Agent, type Dispatcher, request } from 'undici';

/** The address of a Kubernetes API and what a client needs to use it. */
export type Access = Readonly<{ url: string; token: string; caPem: string }>;

/** A bare client of the API for the lane's own needs: one agent, JSON in and out. `close` it when done. */
export class Api {
  readonly agent: Agent;
  readonly #access: Access;

  constructor(access: Access, connections = 16) {
    this.#access = access;
    this.agent = new Agent({ connections, pipelining: 1, connect: { ca: access.caPem } });
  }

  /** The answer as it is, whatever its status; the caller reads the body. */
  raw(method: Dispatcher.HttpMethod, path: string, body?: unknown, contentType = 'application/json') {
    return request(`${this.#access.url}${path}`, {
      method,
      dispatcher: this.agent,
      headers: { authorization: `Bearer ${this.#access.token}`, 'content-type': contentType },
      body: body === undefined ? null : JSON.stringify(body),
    });
  }

  /** The parsed answer of a request that must succeed. */
  async json<T>(method: Dispatcher.HttpMethod, path: string, body?: unknown, contentType?: string): Promise<T> {
    const response = await this.raw(method, path, body, contentType);
    const text = await response.body.text();
    if (response.statusCode >= 300) throw new Error(`${method} ${path}: ${response.statusCode} ${text}`);
    return JSON.parse(text) as T;
  }

  async text(path: string): Promise<string> {
    const response = await this.raw('GET', path);
    const text = await response.body.text();
    if (response.statusCode >= 300) throw new Error(`GET ${path}: ${response.statusCode} ${text}`);
    return text;
  }

  /** A second client with connections of its own, for a watch: what waits behind one would wait for ever. */
  another(connections: number): Api {
    return new Api(this.#access, connections);
  }

  close(): Promise<void> {
    return this.agent.destroy();
  }
}

/** Asks a fresh connection, so that a certificate which appears while the server starts is read anew. */
export async function isReady(url: string, token: string, caFile: string): Promise<boolean> {
  const api = new Api({ url, token, caPem: readFileSync(caFile, 'utf8') }, 1);
  try {
    return (await api.text('/readyz')) === 'ok';
  } finally {
    await api.close();
  }
}
