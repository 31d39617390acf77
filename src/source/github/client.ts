import type { ForgeCredentials, ForgeTarget } from '../../core/pull-request.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { withoutLogin } from '../hide.ts';
import type { Timeouts } from '../http/client.ts';
import type { Answer, Call } from './call.ts';
import { failureOf, limitOf, refusalOf, shownRepository } from './failures.ts';
import { createGitHubFetch, type GitHubFetch } from './fetch.ts';
import { createLogins, type Logins } from './logins.ts';
import { Quota, type QuotaReading } from './quota.ts';

/** What the logins of one kind may still ask: that of the poorest. */
export type QuotaFact = QuotaReading & Readonly<{ login: 'anonymous' | 'token' | 'app' }>;

/** Calls GitHub as whom the target says, and keeps to the limits. Never rejects. */
export interface GitHubClient {
  call(target: ForgeTarget, call: Call): Promise<Result<Answer>>;
  /** Name under which comments of this login appear; undefined: nobody's, as it is anonymous. */
  viewer(target: ForgeTarget, signal: AbortSignal): Promise<Result<string | undefined>>;
  quotas(): readonly QuotaFact[];
  close(): Promise<void>;
}

export type ClientOptions = Readonly<{
  timeouts: Timeouts;
  /** PEM of the authorities of an Enterprise server. */
  ca?: string;
  /** Milliseconds since 1970. */
  now: () => number;
}>;

export function createGitHubClient(options: ClientOptions): GitHubClient {
  return new Client(options);
}

class Client implements GitHubClient {
  readonly #now: () => number;
  readonly #fetch: GitHubFetch;
  readonly #logins: Logins;
  readonly #quotas = new Map<string, { quota: Quota; login: QuotaFact['login'] }>();

  constructor(options: ClientOptions) {
    this.#now = options.now;
    this.#fetch = createGitHubFetch(options);
    this.#logins = createLogins(this.#fetch.fetch);
  }

  async call(target: ForgeTarget, call: Call): Promise<Result<Answer>> {
    const quota = this.#quotaOf(target);
    if (call.signal.aborted)
      return fail('transient', 'Aborted', `${shownRepository(target)}: the request was given up`);
    const wait = quota.admit(call.purpose, this.#now());
    if (wait > 0) return held(target, quota.reading(this.#now()), wait);
    return withoutLogin(secretsOf(target.credentials), this.#send(target, call, quota));
  }

  viewer(target: ForgeTarget, signal: AbortSignal): Promise<Result<string | undefined>> {
    return this.#logins.viewer(target, (asked, call) => this.call(asked, { ...call, purpose: 'ask', signal }));
  }

  quotas(): readonly QuotaFact[] {
    const poorest = new Map<QuotaFact['login'], QuotaFact>();
    for (const { quota, login } of this.#quotas.values()) {
      const reading = quota.reading(this.#now());
      if (reading === undefined || (poorest.get(login)?.remaining ?? Infinity) <= reading.remaining) continue;
      poorest.set(login, { ...reading, login });
    }
    return [...poorest.values()];
  }

  close(): Promise<void> {
    return this.#fetch.close();
  }

  async #send(target: ForgeTarget, call: Call, quota: Quota): Promise<Result<Answer>> {
    const { owner, repo } = target.repository;
    const headers = call.etag === undefined ? {} : { 'if-none-match': call.etag };
    try {
      const octokit = await this.#logins.octokit(target, call.signal);
      const params = { owner, repo, ...call.params, headers, request: { signal: call.signal } };
      const answer = await octokit.request(call.route, params);
      quota.note(answer.headers);
      return read(target, answer);
    } catch (error) {
      return this.#refused(error, target, call, quota);
    }
  }

  #refused(error: unknown, target: ForgeTarget, call: Call, quota: Quota): Result<Answer> {
    const refusal = refusalOf(error);
    if (refusal !== undefined) {
      quota.note(refusal.headers);
      if (refusal.status === 304) return ok({ unchanged: true });
      if (refusal.status === 401) this.#logins.renew(target);
      const limit = limitOf(refusal, this.#now());
      if (limit !== undefined) quota.block(this.#now() + limit.waitMs);
    }
    if (call.signal.aborted)
      return fail('transient', 'Aborted', `${shownRepository(target)}: the request was given up`);
    return { ok: false, failure: failureOf(error, target, this.#now()) };
  }

  #quotaOf({ repository: { apiUrl }, credentials }: ForgeTarget): Quota {
    const key = JSON.stringify([apiUrl, credentials?.id]);
    const known = this.#quotas.get(key);
    if (known !== undefined) return known.quota;
    const quota = new Quota();
    this.#quotas.set(key, { quota, login: credentials?.type ?? 'anonymous' });
    return quota;
  }
}

function read(
  target: ForgeTarget,
  answer: Readonly<{ data: unknown; headers: Readonly<Record<string, string | number | undefined>> }>,
): Result<Answer> {
  const { data, headers } = answer;
  const type = String(headers['content-type'] ?? '');
  if (typeof data === 'string' && data !== '') {
    const what = /html/i.test(type) ? 'a web page (HTML)' : `content of type "${type}"`;
    const message = `${shownRepository(target)}: the server answered with ${what} instead of GitHub's JSON; check the address of the API`;
    return fail('transient', 'NotGitHub', message);
  }
  const etag = headers['etag'] === undefined ? {} : { etag: String(headers['etag']) };
  const link = headers['link'] === undefined ? {} : { link: String(headers['link']) };
  return ok({ unchanged: false, data, ...etag, ...link });
}

function held(target: ForgeTarget, reading: QuotaReading | undefined, waitMs: number): Result<never> {
  const left = reading === undefined ? '' : `, ${reading.remaining} of ${reading.limit} left`;
  const remedy = target.credentials === undefined ? '; a token raises the limit' : '';
  const message = `${shownRepository(target)}: not asked, to stay within the limit of requests${left}${remedy}`;
  return fail('transient', 'RateLimited', message, waitMs);
}

function secretsOf(credentials: ForgeCredentials | undefined) {
  if (credentials === undefined) return undefined;
  return credentials.type === 'token' ? { token: credentials.token } : { token: credentials.privateKey };
}
