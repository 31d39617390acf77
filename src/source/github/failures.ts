import type { ForgeTarget } from '../../core/pull-request.ts';
import type { Failure } from '../../core/result.ts';
import { brief } from '../../core/text.ts';
import { toFailure } from '../http/failure.ts';
import { shownUrl } from '../http/url.ts';

/** An answer that is no success, as Octokit's error brings it. */
export type Refusal = Readonly<{
  status: number;
  headers: Readonly<Record<string, string | number | undefined>>;
  data: unknown;
}>;

/** Milliseconds to wait after a secondary limit that names no time. */
const secondaryMs = 60_000;

export function shownRepository({ repository: { owner, repo, apiUrl } }: ForgeTarget): string {
  return `GitHub repository ${owner}/${repo} at ${shownUrl(apiUrl)}`;
}

/** The server's answer in what Octokit threw; undefined: there was none. */
export function refusalOf(error: unknown): Refusal | undefined {
  const { response } = (error ?? {}) as { response?: Refusal };
  return typeof response?.status === 'number' ? response : undefined;
}

/** What a refusal or a broken connection means. `now` is milliseconds since 1970. */
export function failureOf(error: unknown, target: ForgeTarget, now: number): Failure {
  const refusal = refusalOf(error);
  if (refusal === undefined) return toFailure(causeOf(error), shownRepository(target));
  const limited = limitOf(refusal, now);
  const { status } = refusal;
  const said = `${shownRepository(target)}: the server answered ${status}${wordsOf(refusal.data)}`;
  if (limited !== undefined) {
    const remedy = target.credentials === undefined ? 'a token raises the limit' : 'asked again when it allows';
    const message = `${shownRepository(target)}: too many requests (${limited.kind} limit); ${remedy}`;
    return { kind: 'transient', reason: 'RateLimited', message, retryAfterMs: limited.waitMs };
  }
  if (status >= 500 || status === 408) {
    return { kind: 'transient', reason: 'ServerError', message: `${said}; tried again later` };
  }
  const [reason, remedy] = meaning(refusal, target);
  return { kind: 'invalid', reason, message: `${said}; ${remedy}` };
}

/** Which limit it was that the server refused for, and milliseconds until it may be asked again. */
export function limitOf(
  { status, headers, data }: Refusal,
  now: number,
): Readonly<{ kind: 'primary' | 'secondary'; waitMs: number }> | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const after = Number(headers['retry-after'] ?? Number.NaN);
  const reset = Number(headers['x-ratelimit-reset'] ?? Number.NaN) * 1000;
  if (String(headers['x-ratelimit-remaining']) === '0' && !Number.isNaN(reset)) {
    // A second more: its clock and ours are not one.
    return { kind: 'primary', waitMs: Math.max(1_000, reset - now + 1_000) };
  }
  const told = /rate limit|abuse/i.test(wordsOf(data));
  if (status === 403 && !told && Number.isNaN(after)) return undefined;
  return { kind: 'secondary', waitMs: Number.isNaN(after) ? secondaryMs : after * 1000 };
}

function meaning({ status, headers }: Refusal, { credentials }: ForgeTarget): [string, string] {
  const login = credentials === undefined ? 'give a token or a GitHub App' : 'the token or App';
  const sso = headers['x-github-sso'] !== undefined;
  if (status === 401) return ['Unauthorized', 'the login is not valid (any more): put a new one into its Secret'];
  if (status === 403 && sso) return ['Forbidden', 'authorise the token for the single sign-on of the organisation'];
  if (status === 403) {
    const rights = 'Pull requests, Commit statuses and Deployments: write; Contents and Metadata: read';
    return ['Forbidden', `${login} needs more rights to this repository (${rights})`];
  }
  if (status === 404 || status === 410 || status === 451) {
    return ['RepositoryNotFound', `check owner and name; of a private repository ${login} must be able to read it`];
  }
  return ['Rejected', 'this request is not accepted'];
}

function wordsOf(data: unknown): string {
  const { message } = (typeof data === 'object' && data !== null ? data : {}) as { message?: unknown };
  return typeof message === 'string' && message !== '' ? ` (${brief(message, 160)})` : '';
}

/** Octokit wraps what its fetch threw, and says 500 of it. */
function causeOf(error: unknown): unknown {
  return error instanceof Error && error.name === 'HttpError' && error.cause !== undefined ? error.cause : error;
}
