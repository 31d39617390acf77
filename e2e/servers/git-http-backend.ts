import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exec } from '../cluster/exec.ts';
import { headerEnd, parseHeaders } from './cgi.ts';
import { challenge, isAllowed, type Login, serve } from './http.ts';

/** git's own smart HTTP server. Repositories are reached at `${url}/NAME.git`. */
export type GitServer = Readonly<{
  url: string;
  createRepository(name: string): Promise<string>;
  /** The folder that holds the bare repositories. */
  root: string;
  /** Path and query of every request answered so far, for tests of what a client asks. */
  requests: readonly string[];
  stop(): Promise<void>;
}>;

/** Starts `git http-backend` behind an HTTP server on an address of this machine. */
export async function startGitHttpBackend(login: Login = { kind: 'none' }, address = '127.0.0.1'): Promise<GitServer> {
  const root = mkdtempSync(join(tmpdir(), 'alustan-git-'));
  const requests: string[] = [];
  const server = await serve((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (isAllowed(request, login)) runCgi(root, request, response);
    else challenge(response, login);
  }, address);
  return {
    url: server.url,
    root,
    requests,
    createRepository: (name) => createRepository({ root, url: server.url }, name),
    stop: async () => {
      await server.stop();
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Makes an empty bare repository that takes pushes, with `main` as its first branch; gives its URL. */
export async function createRepository({ root, url }: Pick<GitServer, 'root' | 'url'>, name: string): Promise<string> {
  const folder = join(root, `${name}.git`);
  await exec('git', ['init', '--quiet', '--bare', '--initial-branch=main', folder]);
  await exec('git', ['-C', folder, 'config', 'http.receivepack', 'true']);
  return `${url}/${name}.git`;
}

function runCgi(root: string, request: IncomingMessage, response: ServerResponse): void {
  const child = spawn('git', ['http-backend'], { env: environment(root, request), stdio: ['pipe', 'pipe', 'inherit'] });
  let head: Buffer | undefined = Buffer.alloc(0);
  request.pipe(child.stdin);
  // A refused push ends the program before it has read everything.
  child.stdin.on('error', () => {});
  child.stdout.on('data', (chunk: Buffer) => {
    if (!head) {
      response.write(chunk);
      return;
    }
    head = Buffer.concat([head, chunk]);
    const end = headerEnd(head);
    if (!end) return;
    const { status, headers } = parseHeaders(head.subarray(0, end.at).toString('latin1'));
    response.writeHead(status, headers);
    response.write(head.subarray(end.at + end.length));
    head = undefined;
  });
  child.on('close', () => {
    if (head) response.writeHead(500);
    response.end();
  });
  response.on('close', () => child.kill());
}

/** RFC 3875's variables, and those of git-http-backend(1). */
function environment(root: string, request: IncomingMessage): Record<string, string> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const header = (name: string) => String(request.headers[name] ?? '');
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: root,
    GIT_PROJECT_ROOT: root,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: decodeURIComponent(url.pathname),
    QUERY_STRING: url.search.slice(1),
    REQUEST_METHOD: request.method ?? 'GET',
    CONTENT_TYPE: header('content-type'),
    CONTENT_LENGTH: header('content-length'),
    HTTP_CONTENT_ENCODING: header('content-encoding'),
    GIT_PROTOCOL: header('git-protocol'),
    REMOTE_USER: 'e2e',
    REMOTE_ADDR: '127.0.0.1',
    SERVER_PROTOCOL: 'HTTP/1.1',
  };
}
