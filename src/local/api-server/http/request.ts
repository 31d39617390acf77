import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError } from '../errors.ts';

/** Who asks, after authentication and impersonation. */
export type User = Readonly<{
  name: string;
  uid?: string;
  groups: readonly string[];
  extra?: Readonly<Record<string, readonly string[]>>;
}>;

/** One request, its path not yet understood. */
export type ApiRequest = Readonly<{
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  user: User;
  /** Lines for `Warning` headers; filled on the way. */
  warnings: string[];
  /** Fires when the client is gone or the server closes. */
  signal: AbortSignal;
  body(): Promise<Buffer>;
  response: ServerResponse;
}>;

/** etcd's limit on a request is 1.5 MiB, the API server's on a body 3 MiB: we keep the latter. */
const maxBody = 3 * 1024 * 1024;

/** Reads the whole body. @throws 413 above the limit. */
export async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    size += (chunk as Buffer).length;
    if (size > maxBody) {
      throw new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${maxBody}`);
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** A boolean query parameter: present and neither `false` nor `0`. */
export function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && value !== 'false' && value !== '0';
}

/** A whole number among the query's parameters. */
export function integer(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  return value === null || !/^-?\d+$/.test(value) ? undefined : Number(value);
}
