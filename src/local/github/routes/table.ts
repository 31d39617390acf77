import type { Limits } from '../limits.ts';
import type { Logins } from '../logins.ts';
import type { Asked, AskedOf, Reply } from '../reply.ts';
import * as feedback from './feedback.ts';
import * as logins from './logins.ts';
import * as pulls from './pulls.ts';

type OfRepository = (asked: AskedOf) => Reply;
type Handler =
  | Readonly<{ of: 'repository'; answer: OfRepository }>
  | Readonly<{ of: 'server'; answer: (asked: Asked) => Reply }>;
type Route = Readonly<{ method: string; path: RegExp; handler: Handler }>;

/** All calls that the double knows: those that the controller makes, and no other. */
const ofRepository: readonly (readonly [string, OfRepository])[] = [
  ['GET ', pulls.getRepository],
  ['GET /pulls', pulls.listPulls],
  ['GET /pulls/*', pulls.getPull],
  ['GET /pulls/*/files', pulls.listFiles],
  ['GET /collaborators/*/permission', pulls.getPermission],
  ['GET /installation', logins.getInstallation],
  ['GET /issues/comments', feedback.listAllComments],
  ['PATCH /issues/comments/*', feedback.editComment],
  ['GET /issues/*/comments', feedback.listComments],
  ['POST /issues/*/comments', feedback.createComment],
  ['GET /commits/*/statuses', feedback.listStatuses],
  ['POST /statuses/*', feedback.createStatus],
  ['GET /deployments', feedback.listDeployments],
  ['POST /deployments', feedback.createDeployment],
  ['GET /deployments/*/statuses', feedback.listDeploymentStatuses],
  ['POST /deployments/*/statuses', feedback.createDeploymentStatus],
];

export type Found = Readonly<{ handler: Handler; parts: readonly string[] }>;

export function routeTable(known: Readonly<{ logins: Logins; limits: Limits }>) {
  const ofServer: readonly (readonly [string, (asked: Asked) => Reply])[] = [
    ['GET /user', logins.getViewer],
    ['GET /app', logins.getApp],
    ['POST /app/installations/*/access_tokens', (asked) => logins.createInstallationToken(asked, known.logins)],
    ['GET /rate_limit', ({ caller }) => logins.getLimits('token' in caller ? caller.token : undefined, known.limits)],
  ];
  const routes: Route[] = [
    ...ofServer.map(([line, answer]) => route(line, { of: 'server', answer })),
    ...ofRepository.map(([line, answer]) => route(line, { of: 'repository', answer })),
  ];
  return {
    /** @param path of a call about a repository what follows its name. */
    find(of: Handler['of'], method: string, path: string): Found | undefined {
      for (const { method: wanted, path: pattern, handler } of routes) {
        const match = handler.of === of && wanted === method ? pattern.exec(path) : null;
        if (match !== null) return { handler, parts: match.slice(1).map(decodeURIComponent) };
      }
      return undefined;
    },
  };
}

function route(line: string, handler: Handler): Route {
  const [method = '', path = ''] = line.split(' ');
  return { method, path: new RegExp(`^${path.replaceAll('*', '([^/]+)')}$`), handler };
}
