import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Git } from './program.ts';

export type GitService = 'git-upload-pack' | 'git-receive-pack';

const GRACE_MS = 2_000;

export type ServiceCall = Readonly<{
  git: Git;
  service: GitService;
  /** Folder of the bare repository. */
  path: string;
  /** Value of the header `Git-Protocol`, for example `version=2`. */
  protocol: string | undefined;
  /** Ends the program when the client goes away. */
  signal: AbortSignal;
}>;

/** The answer to `info/refs`: what the repository has, or (protocol 2) what the server can do. Resolves when git runs. */
export async function advertise(call: ServiceCall): Promise<AsyncIterable<Uint8Array>> {
  const child = await start(call, ['--advertise-refs']);
  child.stdin?.end();
  // Protocol 2 has no "# service" line; receive-pack knows no protocol 2 and answers in version 0 or 1.
  const version2 = call.service === 'git-upload-pack' && /(^|:)version=2(:|$)/.test(call.protocol ?? '');
  const line = `# service=${call.service}\n`;
  const head = `${(line.length + 4).toString(16).padStart(4, '0')}${line}0000`;
  return output(child, version2 ? '' : head, once(child, 'close'));
}

/**
 * One request of the protocol: `body` is fed to git while its output streams back. `seen` gets every (unpacked) chunk
 * of the request; `settle` runs when git has ended (also when the client went away meanwhile), before the answer ends.
 */
export async function exchange(
  call: ServiceCall,
  body: Readable,
  seen: (chunk: Uint8Array) => void,
  settle: () => Promise<void>,
): Promise<AsyncIterable<Uint8Array>> {
  const child = await start(call, []);
  const settled = once(child, 'close').then(settle);
  settled.catch(() => {});
  feed(child, body, seen);
  return output(child, '', settled);
}

function feed(child: ChildProcess, body: Readable, seen: (chunk: Uint8Array) => void): void {
  if (child.stdin === null) return;
  const tap = async function* (source: AsyncIterable<Buffer>) {
    for await (const chunk of source) {
      seen(chunk);
      yield chunk;
    }
  };
  pipeline(body, tap, child.stdin).catch((error: NodeJS.ErrnoException) => {
    // git may end before it has read all (a refusal). But a client that broke off must not look like the end of its data.
    if (error.code !== 'EPIPE') stop(child);
  });
}

/** The request body, unpacked: git compresses requests with gzip when they are long. */
export function requestBody(request: Request): Readable {
  const body = request.body === null ? Readable.from([]) : Readable.fromWeb(request.body);
  if (!/^(x-)?gzip$/.test(request.headers.get('content-encoding') ?? '')) return body;
  const gunzip = createGunzip();
  pipeline(body, gunzip).catch((error: Error) => gunzip.destroy(error));
  return gunzip;
}

async function start(call: ServiceCall, options: readonly string[]): Promise<ChildProcess> {
  const command = call.service.slice('git-'.length);
  const env = call.protocol === undefined ? {} : { GIT_PROTOCOL: call.protocol };
  const child = await call.git.start([command, '--stateless-rpc', ...options, call.path], env);
  const abort = () => stop(child);
  call.signal.addEventListener('abort', abort);
  child.once('close', () => call.signal.removeEventListener('abort', abort));
  if (call.signal.aborted) stop(child);
  child.stdin?.on('error', () => {});
  child.stderr?.resume();
  return child;
}

async function* output(child: ChildProcess, head: string, ended: Promise<unknown>): AsyncGenerator<Uint8Array> {
  try {
    if (head !== '') yield Buffer.from(head);
    if (child.stdout !== null) yield* child.stdout as AsyncIterable<Buffer>;
    await ended;
  } finally {
    stop(child);
  }
}

function stop(child: ChildProcess): void {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  child.once('close', () => clearTimeout(timer));
}
