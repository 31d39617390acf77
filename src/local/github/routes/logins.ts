import type { Limits } from '../limits.ts';
import type { Logins } from '../logins.ts';
import { type Asked, type AskedOf, notFound, type Reply, refusal, reply } from '../reply.ts';
import { viewerShape } from '../shapes/account.ts';
import { appShape, installationShape, installationTokenShape } from '../shapes/app.ts';

const unauthorised = refusal(401, 'Requires authentication');

export function getViewer({ caller, world, at }: Asked): Reply {
  if (caller.type === 'user') return reply(viewerShape(at, world.account(caller.login), world.time));
  return caller.type === 'anonymous' ? unauthorised : refusal(403, 'Resource not accessible by integration');
}

export function getApp({ caller, world, at }: Asked): Reply {
  if (caller.type !== 'app') return unauthorised;
  return reply(appShape(at, caller.app, world.account(caller.app.slug), world.time));
}

export function getInstallation({ caller, world, at, repository }: AskedOf): Reply {
  if (caller.type !== 'app') return unauthorised;
  return reply(installationShape(at, caller.app, world.account(repository.owner), world.time));
}

export function createInstallationToken({ caller, parts }: Asked, logins: Logins): Reply {
  if (caller.type !== 'app') return unauthorised;
  const app = logins.app(Number(parts[0]));
  if (app === undefined || app.appId !== caller.app.appId) return notFound;
  return reply(installationTokenShape(logins.issue(app)), 201);
}

export function getLimits(who: string | undefined, limits: Limits): Reply {
  const { limit, used, resetAt } = limits.window(who);
  const rate = { limit, used, remaining: limit - used, reset: resetAt / 1000 };
  return reply({ resources: { core: rate, search: rate }, rate });
}
