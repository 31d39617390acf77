import { Agent, request } from 'undici';
import type { ApiObject, Json } from '../object.ts';

/** A running Kubernetes API, and an administrator's way in. */
export type Running = Readonly<{
  kubeconfigPath: string;
  url: string;
  token: string;
  /** PEM */
  ca: string;
  stop(): Promise<void>;
}>;

/** What the suite is run against. */
export type Subject = Readonly<{ name: string; start(): Promise<Running> }>;

export type Answer = Readonly<{ status: number; body: Json; text: string; headers: Record<string, unknown> }>;

export type RequestOptions = Readonly<{
  body?: unknown;
  /** Content type of the body; JSON by default. */
  type?: string;
  accept?: string;
  token?: string;
  headers?: Record<string, string>;
}>;

export type WatchEvent = { type: string; object: ApiObject };

/** HTTP requests to a Kubernetes API, with nothing between the test and the wire. */
export class ContractClient {
  readonly #running: Running;
  readonly #agent: Agent;

  constructor(running: Running) {
    this.#running = running;
    this.#agent = new Agent({ connect: { ca: running.ca } });
  }

  async send(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    options: RequestOptions = {},
  ): Promise<Answer> {
    const { body, type = 'application/json', accept = 'application/json', token = this.#running.token } = options;
    const response = await request(this.#running.url + path, {
      method,
      dispatcher: this.#agent,
      headers: {
        authorization: `Bearer ${token}`,
        accept,
        'user-agent': 'contract/1',
        ...(body === undefined ? {} : { 'content-type': type }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.body.text();
    return { status: response.statusCode, body: parse(text), text, headers: response.headers };
  }

  get(path: string, options?: RequestOptions): Promise<Answer> {
    return this.send('GET', path, options);
  }

  post(path: string, body: unknown, options?: RequestOptions): Promise<Answer> {
    return this.send('POST', path, { ...options, body });
  }

  patch(path: string, kind: 'merge' | 'json' | 'strategic' | 'apply', body: unknown): Promise<Answer> {
    const type =
      kind === 'apply'
        ? 'application/apply-patch+yaml'
        : `application/${kind === 'strategic' ? 'strategic-merge' : kind}-patch+json`;
    return this.send('PATCH', path, { body, type: kind === 'merge' ? 'application/merge-patch+json' : type });
  }

  /** Watches until `done` has what it wants (or the server ends it); gives back every event up to then. */
  async watch(
    path: string,
    done: (events: WatchEvent[]) => boolean,
    accept = 'application/json',
  ): Promise<WatchEvent[]> {
    const events: WatchEvent[] = [];
    const response = await request(`${this.#running.url}${path}`, {
      dispatcher: this.#agent,
      headers: { authorization: `Bearer ${this.#running.token}`, accept },
    });
    if (response.statusCode !== 200)
      throw new Error(`watch ${path}: ${response.statusCode} ${await response.body.text()}`);
    let rest = '';
    for await (const chunk of response.body) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) events.push(JSON.parse(line) as WatchEvent);
      if (done(events)) break;
    }
    return events;
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {};
  }
}
