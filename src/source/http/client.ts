import { Agent, request } from 'undici';
import { raise } from './failure.ts';
import { shownUrl } from './url.ts';

/** Milliseconds. `total` is for one request with its body; the others are what may pass without any progress. */
export type Timeouts = Readonly<{ connect: number; headers: number; body: number; total: number }>;

export const defaultTimeouts: Timeouts = { connect: 10_000, headers: 30_000, body: 30_000, total: 120_000 };

type HttpRequest = Readonly<{
  url: string;
  method?: 'GET' | 'HEAD' | 'POST';
  headers?: Readonly<Record<string, string>>;
  body?: Uint8Array;
  signal: AbortSignal;
}>;

export type HttpResponse = Readonly<{
  /** Where the answer came from, after redirects. */
  url: string;
  status: number;
  headers: Readonly<Record<string, string>>;
  body: AsyncIterable<Uint8Array>;
  /** The whole body; fails above `limit` bytes. */
  bytes(limit: number): Promise<Uint8Array>;
  /** Reads and throws away what is left, so that the connection can serve again. */
  discard(): Promise<void>;
}>;

export interface HttpClient {
  request(request: HttpRequest): Promise<HttpResponse>;
  close(): Promise<void>;
}

const maxRedirects = 5;

/**
 * One pool of connections with time limits. Follows redirects of GET and HEAD; credentials are sent to the origin for
 * which they were given only, and a redirect from https to http is refused. Throws: `toFailure` says what it means.
 */
export function createHttpClient(options: Readonly<{ timeouts?: Partial<Timeouts>; ca?: string }> = {}): HttpClient {
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const agent = new Agent({
    connect: { timeout: timeouts.connect, ...(options.ca === undefined ? {} : { ca: options.ca }) },
    headersTimeout: timeouts.headers,
    bodyTimeout: timeouts.body,
    keepAliveTimeout: 20_000,
    connections: 16,
  });

  const send = async (asked: HttpRequest, redirects: number): Promise<HttpResponse> => {
    const signal = AbortSignal.any([asked.signal, AbortSignal.timeout(timeouts.total)]);
    const method = asked.method ?? 'GET';
    const headers = { 'user-agent': 'alustan', ...asked.headers };
    const answer = await request(asked.url, { dispatcher: agent, method, headers, body: asked.body ?? null, signal });
    const location = single(answer.headers['location']);
    if (method === 'POST' || location === undefined || ![301, 302, 303, 307, 308].includes(answer.statusCode)) {
      return respond(asked.url, answer);
    }
    await answer.body.dump();
    if (redirects === maxRedirects)
      raise('transient', 'TooManyRedirects', `${shownUrl(asked.url)} redirects in a loop`);
    return send(redirected(asked, location), redirects + 1);
  };
  return { request: (asked) => send(asked, 0), close: () => agent.destroy() };
}

function redirected(asked: HttpRequest, location: string): HttpRequest {
  const [from, to] = [new URL(asked.url), new URL(location, asked.url)];
  if (from.protocol === 'https:' && to.protocol !== 'https:') {
    raise(
      'invalid',
      'InsecureRedirect',
      `${shownUrl(asked.url)} redirects to ${shownUrl(to.href)}, which is not https`,
    );
  }
  const secret = from.origin !== to.origin;
  const headers = Object.entries(asked.headers ?? {}).filter(([name]) => !(secret && name === 'authorization'));
  return { ...asked, url: to.href, headers: Object.fromEntries(headers) };
}

type Answer = Awaited<ReturnType<typeof request>>;

function respond(url: string, { statusCode, headers, body }: Answer): HttpResponse {
  const flat = Object.entries(headers).map(([name, value]) => [name, single(value) ?? ''] as const);
  return {
    url,
    status: statusCode,
    headers: Object.fromEntries(flat),
    body,
    bytes: (limit) => collect(body, limit, url),
    discard: async () => {
      await body.dump().catch(() => undefined);
    },
  };
}

async function collect(body: AsyncIterable<Uint8Array>, limit: number, url: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > limit) raise('transient', 'AnswerTooLarge', `${shownUrl(url)} answered with more than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}
