import type { Context } from '../../core/observed.ts';
import type {
  Fate,
  ForgeTarget,
  KnownPullRequest,
  PullRequest,
  PullRequestFacts,
  PullRequests,
} from '../../core/pull-request.ts';
import { type Failure, fail, ok, type Result } from '../../core/result.ts';
import { Gate } from '../../kube/limiter.ts';
import { createShared, type Shared } from '../shared.ts';
import type { GitHubClient } from './client.ts';
import { shownRepository } from './failures.ts';
import { Pages } from './pages.ts';
import { type ReadPull, readFiles, readPull } from './read.ts';
import { type Failed, Repository, type Snapshot } from './repository.ts';

/** Milliseconds for which passes use a list; a poll or a webhook brings a newer one before. */
const listMaxAgeMs = 15 * 60_000;
/** Milliseconds for which the answer about one pull request serves. */
const oneMaxAgeMs = 60_000;
/** Milliseconds for which passes believe a failure, doubled with each in a row: a server in trouble is left alone. */
const failureMaxAgeMs = 10_000;
const longestFailureMs = 600_000;
const maxRepositories = 10_000;
/** Milliseconds after which a repository that nobody asks for is forgotten: each new login sees its own, with all pull requests. */
const unusedMs = 2 * 3_600_000;
/** Asked about one by one at once: GitHub wants few. */
const parallel = 4;

export function createPullRequests(client: GitHubClient, now: () => number): PullRequests {
  return new GitHubPullRequests(client, now);
}

class GitHubPullRequests implements PullRequests {
  readonly #client: GitHubClient;
  readonly #now: () => number;
  /** In order of last use, the oldest first. */
  readonly #repositories = new Map<string, Readonly<{ repository: Repository; usedAt: number }>>();
  readonly #lists: Shared<Snapshot>;
  readonly #ones: Shared<ReadPull>;
  readonly #files: Shared<readonly string[]>;
  readonly #gate = new Gate(parallel);

  constructor(client: GitHubClient, now: () => number) {
    this.#client = client;
    this.#now = now;
    this.#lists = createShared({ now, maxEntries: maxRepositories, keptMs: listMaxAgeMs });
    this.#ones = createShared({ now });
    this.#files = createShared({ now, maxEntries: 2_000 });
  }

  async list(target: ForgeTarget, seen: string | undefined, { signal, maxAgeMs = listMaxAgeMs }: Context) {
    const answer = await this.#list(target, maxAgeMs, signal);
    const { snapshot } = this.#repositoryOf(target);
    // Held back to stay within the limit: no news, and nothing that anybody has to mend.
    const held = !answer.ok && answer.failure.reason === 'RateLimited' && snapshot !== undefined;
    if (!answer.ok && !held) return answer;
    const { list, revision } = answer.ok ? answer.value : (snapshot as Snapshot);
    if (revision === seen) return ok({ changed: false, revision } as const);
    return ok({ changed: true, revision, fact: list } as const);
  }

  async get(target: ForgeTarget, number: number, context: Context): Promise<Result<PullRequest>> {
    const read = await this.#one(target, number, context);
    return read.ok ? ok(read.value.pullRequest) : read;
  }

  changedFiles(
    target: ForgeTarget,
    { number, headSha }: Readonly<{ number: number; headSha: string }>,
    { signal }: Context,
  ): Promise<Result<readonly string[]>> {
    // What a commit changes does not change, but for the branch that it is to be merged into.
    return this.#files.get(`${keyOf(target)} ${number} ${headSha}`, listMaxAgeMs, signal, (shared) =>
      new Pages<string>(readFiles).refresh((page) =>
        this.#client.call(target, {
          route: 'GET /repos/{owner}/{repo}/pulls/{pull_number}/files',
          params: { pull_number: number, per_page: 100, page },
          purpose: 'ask',
          signal: shared,
        }),
      ),
    );
  }

  async gather(
    target: ForgeTarget,
    { label, known }: Readonly<{ label: string; known: readonly KnownPullRequest[] }>,
    context: Context,
  ): Promise<PullRequestFacts> {
    const repository = this.#repositoryOf(target);
    const { signal, maxAgeMs = listMaxAgeMs } = context;
    const failed = repository.failed;
    const believed = failed !== undefined && maxAgeMs > 0 && this.#now() - failed.at < beliefMs(failed);
    const answer = believed ? failed : await this.#list(target, maxAgeMs, signal);
    const failure = repository.failed?.failure ?? ('failure' in answer ? answer.failure : undefined);
    const { open, commands = [], ...told } = repository.snapshot?.list ?? {};
    const fates = await this.#fates(target, { label, known, open, failure }, context);
    return {
      ...told,
      open,
      commands,
      fates,
      ...(failure === undefined ? {} : { failure }),
    };
  }

  async #fates(
    target: ForgeTarget,
    asked: Readonly<{
      label: string;
      known: readonly KnownPullRequest[];
      open: readonly PullRequest[] | undefined;
      failure: Failure | undefined;
    }>,
    context: Context,
  ): Promise<Record<number, Fate>> {
    const listed = new Map(asked.open?.map((each) => [each.number, each]));
    const missing = asked.known.filter(({ number }) => !listed.get(number)?.labels.includes(asked.label));
    const fates = missing.map(async (known): Promise<[number, Fate]> => {
      const there = listed.get(known.number);
      if (there !== undefined) return [known.number, fateOf(known, there, there.updatedAt, asked.label)];
      // A server that has just failed to tell the list is not asked for each of them.
      if (asked.failure !== undefined) return [known.number, { state: 'unknown', failure: asked.failure }];
      const read = await this.#gate.run(() => this.#one(target, known.number, context));
      if (!read.ok) return [known.number, { state: 'unknown', failure: read.failure }];
      return [known.number, fateOf(known, read.value.pullRequest, read.value.closedAt, asked.label)];
    });
    return Object.fromEntries(await Promise.all(fates));
  }

  #list(target: ForgeTarget, maxAgeMs: number, signal: AbortSignal): Promise<Result<Snapshot>> {
    return this.#lists.get(keyOf(target), maxAgeMs, signal, (shared) =>
      this.#repositoryOf(target).refresh(target, shared),
    );
  }

  #one(target: ForgeTarget, number: number, { signal, maxAgeMs = oneMaxAgeMs }: Context): Promise<Result<ReadPull>> {
    const age = Math.min(maxAgeMs, oneMaxAgeMs);
    return this.#ones.get(`${keyOf(target)} ${number}`, age, signal, async (shared) => {
      const route = 'GET /repos/{owner}/{repo}/pulls/{pull_number}';
      const call = { route, params: { pull_number: number }, purpose: 'ask', signal: shared } as const;
      const answer = await this.#client.call(target, call);
      if (answer.ok) return readPull(answer.value.unchanged ? undefined : answer.value.data);
      if (answer.failure.reason !== 'RepositoryNotFound') return answer;
      const message = `${shownRepository(target)}: there is no pull request ${number}, or the login may not see it`;
      return fail('invalid', 'PullRequestNotFound', message);
    });
  }

  #repositoryOf(target: ForgeTarget): Repository {
    const key = keyOf(target);
    const now = this.#now();
    const repository = this.#repositories.get(key)?.repository ?? new Repository(this.#client, this.#now);
    this.#repositories.delete(key);
    this.#repositories.set(key, { repository, usedAt: now });
    for (const [oldest, { usedAt }] of this.#repositories) {
      if (this.#repositories.size <= maxRepositories && now - usedAt <= unusedMs) break;
      this.#repositories.delete(oldest);
    }
    return repository;
  }
}

function beliefMs({ failure, times }: Failed): number {
  return Math.min(longestFailureMs, failure.retryAfterMs ?? failureMaxAgeMs * 2 ** Math.min(10, times - 1));
}

function fateOf(known: KnownPullRequest, found: PullRequest, closedAt: string, label: string): Fate {
  if (found.id !== known.id) {
    const message = `pull request ${known.number} is another one than before: the repository was made anew under its old name`;
    return { state: 'unknown', failure: { kind: 'invalid', reason: 'AnotherPullRequest', message } };
  }
  if (found.state === 'closed') return { state: 'closed', merged: found.merged, at: closedAt };
  return { state: found.labels.includes(label) ? 'open' : 'unlabelled', pullRequest: found };
}

/** GitHub's names have no case. */
function keyOf({ repository: { apiUrl, owner, repo }, credentials }: ForgeTarget): string {
  return JSON.stringify([apiUrl, owner.toLowerCase(), repo.toLowerCase(), credentials?.id ?? '']);
}
