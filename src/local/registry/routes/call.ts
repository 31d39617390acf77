import { Readable } from 'node:stream';
import type { Store } from '../store/index.ts';

export type RegistryPush = Readonly<{ repository: string; tag?: string; digest: string }>;

/** One request, with its path taken apart. */
export type Call = Readonly<{
  request: Request;
  url: URL;
  method: string;
  store: Store;
  /** Name of the repository; checked. */
  repository: string;
  /** The last part of the path: tag, digest or id of an upload; not checked. */
  target: string;
  pushed: (push: RegistryPush) => void;
}>;

export function header(call: Call, name: string): string | undefined {
  return call.request.headers.get(name) ?? undefined;
}

/** The body as it comes in; nothing is held in memory. */
export function bodyOf(request: Request): AsyncIterable<Uint8Array> {
  return request.body === null ? Readable.from([]) : Readable.fromWeb(request.body);
}

/** An answer that streams; the source is closed when the client goes away. */
export function streamResponse(
  source: AsyncIterable<Uint8Array>,
  status: number,
  headers: Record<string, string>,
): Response {
  return new Response(ReadableStream.from(source), { status, headers });
}
