import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Content, GitRepository } from './git-repository.ts';

/** A real git server on 127.0.0.1: git's own http-backend behind node:http, with the requests it saw. */
export class GitServer {
  /** `METHOD /path`, since the last `clear`. */
  readonly log: string[] = [];
  /** Answers instead of git, where it returns true: to script failures. */
  intercept: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  /** Protocol v2 is spoken unless this is false. */
  version2 = true;
  readonly #repositories = new Map<string, Promise<GitRepository>>();
  #folder: string;
  #server: Server;

  private constructor(folder: string, server: Server) {
    this.#folder = folder;
    this.#server = server;
  }

  static async start(): Promise<GitServer> {
    const folder = await mkdtemp(join(tmpdir(), 'alustan-git-server-'));
    const server = createServer();
    const self = new GitServer(folder, server);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      self.log.push(`${request.method} ${request.url}`);
      if (self.intercept?.(request, response) !== true) self.#backend(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return self;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  url(name: string): string {
    return `${this.origin}/${name}.git`;
  }

  folder(name: string): string {
    return join(this.#folder, `${name}.git`);
  }

  clear(): void {
    this.log.length = 0;
  }

  /** Runs git in the bare repository. */
  async git(name: string, ...args: string[]): Promise<string> {
    return (await this.#repository(name)).git(...args);
  }

  /** Commits files to a branch; makes the repository when it is new. Returns the commit id. */
  async commit(name: string, files: Record<string, Content>, branch = 'main', fresh = false): Promise<string> {
    return (await this.#repository(name)).commit(files, branch, fresh);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.#folder, { recursive: true, force: true });
  }

  #repository(name: string): Promise<GitRepository> {
    const known = this.#repositories.get(name) ?? GitRepository.create(this.folder(name));
    this.#repositories.set(name, known);
    return known;
  }

  #backend(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://x');
    const child = spawn('git', ['-c', 'uploadpack.allowAnySHA1InWant=true', 'http-backend'], {
      env: {
        ...process.env,
        GIT_PROJECT_ROOT: this.#folder,
        GIT_HTTP_EXPORT_ALL: '1',
        GIT_PROTOCOL: this.version2 ? String(request.headers['git-protocol'] ?? '') : '',
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method ?? '',
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      },
    });
    request.pipe(child.stdin);
    child.stdin.on('error', () => undefined);
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('close', () => {
      const all = Buffer.concat(chunks);
      const end = all.indexOf('\r\n\r\n');
      for (const line of all.toString('latin1', 0, end).split('\r\n')) {
        const colon = line.indexOf(':');
        const [header, value] = [line.slice(0, colon), line.slice(colon + 1).trim()];
        if (header === 'Status') response.statusCode = Number(value.split(' ')[0]);
        else response.setHeader(header, value);
      }
      response.end(all.subarray(end + 4));
    });
  }
}
