import { existsSync } from 'node:fs';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Registry } from '../servers/docker-registry.ts';
import type { GitServer } from '../servers/git-http-backend.ts';
import { serve } from '../servers/http.ts';

/** One address for git (`/git/`) and registry (`/v2/`), as local mode has it. The first push makes a repository. */
export function startFront(git: GitServer, registry: Registry) {
  return serve((incoming, response) => {
    const path = incoming.url ?? '/';
    if (!path.startsWith('/git/')) return pass(registry.url + path, incoming, response);
    const [, name = ''] = /^\/git\/(.+?)\.git\//.exec(path) ?? [];
    const isThere = existsSync(join(git.root, `${name}.git`));
    const isFirst = !isThere && path.endsWith('service=git-receive-pack');
    const made = isFirst ? git.createRepository(name) : Promise.resolve();
    made.then(
      () => pass(git.url + path.slice('/git'.length), incoming, response),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
}

/** The host stays as it was asked for: the registry makes its addresses of it. */
function pass(target: string, incoming: IncomingMessage, response: ServerResponse): void {
  const { method, headers } = incoming;
  const outgoing = request(target, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  outgoing.on('error', () => response.destroy());
  incoming.pipe(outgoing);
}
