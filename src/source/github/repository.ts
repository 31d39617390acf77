import { canonicalJson, sha256 } from '../../core/hash.ts';
import type { ForgeTarget, PullRequest, PullRequestList } from '../../core/pull-request.ts';
import { type Failure, ok, type Result } from '../../core/result.ts';
import type { GitHubClient } from './client.ts';
import { Comments } from './comments.ts';
import { Pages } from './pages.ts';
import { type ReadPull, readPulls } from './read.ts';

/** `at`: milliseconds since 1970; `times`: in a row. */
export type Failed = Readonly<{ failure: Failure; at: number; times: number }>;

export type Snapshot = Readonly<{ list: PullRequestList; revision: string }>;

/** What is known of one repository, as one login sees it. */
export class Repository {
  readonly #client: GitHubClient;
  readonly #pulls = new Pages<ReadPull>(readPulls);
  readonly #comments: Comments;
  #tail: Promise<unknown> = Promise.resolve();
  #snapshot: Snapshot | undefined;
  #failed: Failed | undefined;
  readonly #now: () => number;

  constructor(client: GitHubClient, now: () => number) {
    this.#client = client;
    this.#now = now;
    this.#comments = new Comments(client, now);
  }

  /** As of the last good answer. */
  get snapshot(): Snapshot | undefined {
    return this.#snapshot;
  }

  /** Why the newest look failed; undefined: it did not. */
  get failed(): Failed | undefined {
    return this.#failed;
  }

  /** Looks, one after the other: an older answer never takes the place of a newer one. */
  refresh(target: ForgeTarget, signal: AbortSignal): Promise<Result<Snapshot>> {
    const turn = this.#tail.then(() => this.#look(target, signal));
    this.#tail = turn.catch(() => undefined);
    return turn;
  }

  async #look(target: ForgeTarget, signal: AbortSignal): Promise<Result<Snapshot>> {
    const read = await this.#read(target, signal);
    if (read.ok) {
      this.#failed = undefined;
      this.#snapshot = read.value;
      return read;
    }
    if (read.failure.reason !== 'Aborted') {
      this.#failed = { failure: read.failure, at: this.#now(), times: (this.#failed?.times ?? 0) + 1 };
    }
    return read;
  }

  async #read(target: ForgeTarget, signal: AbortSignal): Promise<Result<Snapshot>> {
    const pulls = await this.#pulls.refresh((page, etag) =>
      this.#client.call(target, {
        route: 'GET /repos/{owner}/{repo}/pulls',
        // By age, so that what is opened or changed meanwhile does not move the others to another page.
        params: { state: 'open', sort: 'created', direction: 'asc', per_page: 100, page },
        // A look that has begun is not held back half way.
        purpose: page === 1 ? 'poll' : 'ask',
        etag,
        signal,
      }),
    );
    if (!pulls.ok) return pulls;
    const numbers = new Set(pulls.value.map(({ pullRequest }) => pullRequest.number));
    const { commentedAt, ...told } = await this.#comments.refresh(target, numbers, signal);
    const before = new Map(this.#snapshot?.list.open.map((each) => [each.number, each]));
    const open = [...distinct(pulls.value)].map((each) => {
      const at = commentedAt.get(each.number);
      return withActivity(before.get(each.number), each, at);
    });
    return ok(snapshotOf({ open, ...told, ...renamed(target, pulls.value) }));
  }
}

/** Pages shift while they are read: one pull request may be on two. */
function distinct(pulls: readonly ReadPull[]): Iterable<PullRequest> {
  return new Map(pulls.map(({ pullRequest }) => [pullRequest.number, pullRequest])).values();
}

/** What has happened since the last look, as far as two looks tell it. */
function withActivity(before: PullRequest | undefined, now: PullRequest, commentedAt: string | undefined): PullRequest {
  const known = before?.id === now.id ? before : undefined;
  const pushed = known !== undefined && known.headSha !== now.headSha;
  const labelled = known !== undefined && known.labels.join('\n') !== now.labels.join('\n');
  const activity = {
    ...known?.activity,
    ...(pushed ? { pushedAt: now.updatedAt } : {}),
    ...(labelled ? { labelledAt: now.updatedAt } : {}),
    ...(commentedAt === undefined ? {} : { commentedAt }),
  };
  return { ...now, activity };
}

function renamed({ repository: { owner, repo } }: ForgeTarget, pulls: readonly ReadPull[]): { renamedTo?: string } {
  const name = pulls[0]?.repository;
  if (name === undefined || name.toLowerCase() === `${owner}/${repo}`.toLowerCase()) return {};
  return { renamedTo: name };
}

function snapshotOf(list: PullRequestList): Snapshot {
  // `updatedAt` moves with our own comments, too: it is no news.
  const told = { ...list, open: list.open.map(({ updatedAt: _, ...each }) => each) };
  return { list, revision: sha256(canonicalJson(told)) };
}
