import { Agent, fetch as undiciFetch } from 'undici';
import type { Timeouts } from '../http/client.ts';
import { raise } from '../http/failure.ts';
import { shownUrl } from '../http/url.ts';

/** What Octokit sends its requests with. */
export type GitHubFetch = Readonly<{ fetch: typeof fetch; close(): Promise<void> }>;

const maxRedirects = 3;
/** Milliseconds that a permanent redirect is remembered. */
const rememberMs = 3_600_000;

/**
 * `fetch` with time limits and a small pool. Follows redirects within the server, keeping the method: a repository that
 * was renamed answers 301 with its lasting address, which is then asked at once. Another server gets nothing of ours.
 */
export function createGitHubFetch(
  options: Readonly<{ timeouts: Timeouts; ca?: string; now: () => number }>,
): GitHubFetch {
  const { timeouts, ca, now } = options;
  const agent = new Agent({
    connect: { timeout: timeouts.connect, ...(ca === undefined ? {} : { ca }) },
    headersTimeout: timeouts.headers,
    bodyTimeout: timeouts.body,
    connections: 8,
    keepAliveTimeout: 20_000,
  });
  const moves = new Moves(now);
  const send = async (url: string, init: RequestInit, redirects: number): Promise<Response> => {
    const sent = { ...init, redirect: 'manual', dispatcher: agent } as Parameters<typeof undiciFetch>[1];
    const answer = (await undiciFetch(url, sent)) as unknown as Response;
    const location = answer.headers.get('location');
    if (![301, 302, 307, 308].includes(answer.status) || location === null) return answer;
    await answer.body?.cancel();
    const to = new URL(location, url);
    if (to.origin !== new URL(url).origin) {
      raise('invalid', 'ForeignRedirect', `${shownUrl(url)} redirects to another server, ${to.origin}; name that one`);
    }
    if (redirects >= maxRedirects) raise('transient', 'TooManyRedirects', `${shownUrl(url)} redirects in a loop`);
    if (answer.status === 301 || answer.status === 308) moves.learn(url, to.href);
    return send(to.href, init, redirects + 1);
  };
  return {
    fetch: (input, init = {}) => {
      const signals = [AbortSignal.timeout(timeouts.total), ...(init.signal ? [init.signal] : [])];
      return send(moves.apply(String(input)), { ...init, signal: AbortSignal.any(signals) }, 0);
    },
    close: () => agent.destroy(),
  };
}

/** Where renamed repositories are: `…/repos/old/name` → `…/repositories/123`. */
class Moves {
  readonly #known = new Map<string, { to: string; until: number }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  learn(from: string, to: string): void {
    const [before, after] = [repositoryPart(from), repositoryPart(to)];
    if (before !== undefined && after !== undefined)
      this.#known.set(before, { to: after, until: this.#now() + rememberMs });
  }

  apply(url: string): string {
    const part = repositoryPart(url);
    const known = part === undefined ? undefined : this.#known.get(part);
    return part === undefined || known === undefined || known.until < this.#now()
      ? url
      : known.to + url.slice(part.length);
  }
}

function repositoryPart(url: string): string | undefined {
  return /^.+?\/(?:repos\/[^/?]+\/[^/?]+|repositories\/\d+)(?=[/?]|$)/.exec(url)?.[0];
}
