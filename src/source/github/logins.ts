import type { Octokit } from '@octokit/core';
import type { ForgeCredentials, ForgeTarget } from '../../core/pull-request.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Answer } from './call.ts';

type Ask = (
  target: ForgeTarget,
  call: Readonly<{ route: string; params?: Readonly<Record<string, unknown>> }>,
) => Promise<Result<Answer>>;

/** One Octokit for each server and login, which renews the tokens of GitHub Apps by itself. */
export interface Logins {
  /** Throws what Octokit throws. */
  octokit(target: ForgeTarget, signal: AbortSignal): Promise<Octokit>;
  viewer(target: ForgeTarget, ask: Ask): Promise<Result<string | undefined>>;
  /** The server no longer takes the token that an App got: the next call gets another. */
  renew(target: ForgeTarget): void;
}

type App = Extract<ForgeCredentials, { type: 'app' }>;

const userAgent = 'alustan';
const maxKept = 500;
const quiet = { debug: nothing, info: nothing, warn: nothing, error: nothing };

export function createLogins(fetch: typeof globalThis.fetch): Logins {
  const clients = new Map<string, Promise<Octokit>>();
  const viewers = new Map<string, string>();
  const kept = (key: string, make: () => Promise<Octokit>): Promise<Octokit> => {
    const known = clients.get(key);
    if (known !== undefined) return known;
    const made = make();
    // What failed is made anew; rotated logins leave in time.
    made.catch(() => clients.delete(key));
    if (clients.size >= maxKept) clients.delete([...clients.keys()][0] ?? '');
    clients.set(key, made);
    return made;
  };

  const appWide = (apiUrl: string, app: App) =>
    kept(JSON.stringify([apiUrl, app.id]), () =>
      connect(apiUrl, fetch, { appId: app.appId, privateKey: app.privateKey }),
    );

  const placeOf = ({ repository: { apiUrl, owner, repo } }: ForgeTarget, app: App): string =>
    JSON.stringify([apiUrl, app.id, app.installationId ?? `${owner}/${repo}`.toLowerCase()]);

  const installed = async (target: ForgeTarget, app: App, signal: AbortSignal): Promise<Octokit> => {
    const { apiUrl } = target.repository;
    return kept(placeOf(target, app), async () => {
      const installationId = app.installationId ?? (await installationOf(await appWide(apiUrl, app), target, signal));
      return connect(apiUrl, fetch, { appId: app.appId, privateKey: app.privateKey, installationId });
    });
  };

  return {
    renew: (target) => {
      const { credentials } = target;
      if (credentials?.type === 'app') clients.delete(placeOf(target, credentials));
    },
    octokit: (target, signal) => {
      const { credentials, repository } = target;
      if (credentials?.type === 'app') return installed(target, credentials, signal);
      const token = credentials?.token;
      return kept(JSON.stringify([repository.apiUrl, credentials?.id]), () => connect(repository.apiUrl, fetch, token));
    },
    viewer: async (target, ask) => {
      const { credentials, repository } = target;
      if (credentials === undefined) return ok(undefined);
      const key = JSON.stringify([repository.apiUrl, credentials.id]);
      const known = viewers.get(key);
      if (known !== undefined) return ok(known);
      const answer = await ask(target, { route: credentials.type === 'app' ? 'GET /app' : 'GET /user' });
      if (!answer.ok) return answer;
      const { login, slug } = (answer.value.unchanged ? {} : answer.value.data) as { login?: string; slug?: string };
      const name = credentials.type === 'app' ? `${slug}[bot]` : login;
      if (name !== undefined) viewers.set(key, name);
      return ok(name);
    },
  };
}

type AppLogin = Readonly<{ appId: string; privateKey: string; installationId?: number }>;

/** Loaded when first used: whoever has no previews pays nothing for it. */
async function connect(baseUrl: string, fetch: typeof globalThis.fetch, login: string | AppLogin | undefined) {
  const { Octokit: Client } = await import('@octokit/core');
  const common = { baseUrl, userAgent, request: { fetch }, log: quiet };
  if (login === undefined) return new Client(common);
  if (typeof login === 'string') return new Client({ ...common, auth: login });
  const { createAppAuth } = await import('@octokit/auth-app');
  return new Client({ ...common, authStrategy: createAppAuth, auth: login });
}

async function installationOf(octokit: Octokit, { repository }: ForgeTarget, signal: AbortSignal): Promise<number> {
  const { owner, repo } = repository;
  const { data } = await octokit.request('GET /repos/{owner}/{repo}/installation', {
    owner,
    repo,
    request: { signal },
  });
  return data.id;
}

function nothing(): void {}
