import { parsePreviewCommand } from '../../core/preview-command.ts';
import type { ForgeTarget, PreviewCommand, PreviewVerb } from '../../core/pull-request.ts';
import { type Failure, ok, type Result } from '../../core/result.ts';
import { createShared, type Shared } from '../shared.ts';
import type { GitHubClient } from './client.ts';
import { type ReadComment, readComments, readPermission } from './read.ts';

type Asked = Omit<PreviewCommand, 'allowed'>;

export type CommentFacts = Readonly<{
  /** Newest comment of a person, by pull request. */
  commentedAt: ReadonlyMap<number, string>;
  commands: readonly PreviewCommand[];
  commandsFailure?: Failure;
}>;

/** Milliseconds that commands are told of: what is older was asked of a controller that did not run. */
const rememberMs = 24 * 3_600_000;
/** Milliseconds for which an answer on somebody's rights serves. */
const rightsMs = 300_000;
const perPage = 100;
/** Between two looks there are rarely more than a hundred comments; of a thousand the oldest may be lost. */
const maxPages = 10;
const maxRights = 10_000;

/** The newest comments of one repository: a single listing for all its pull requests, free while nobody writes. */
export class Comments {
  readonly #client: GitHubClient;
  readonly #now: () => number;
  readonly #rights: Shared<boolean>;
  readonly #commands = new Map<number, Asked>();
  readonly #commentedAt = new Map<number, string>();
  #etag: string | undefined;
  #newest = '';

  constructor(client: GitHubClient, now: () => number) {
    this.#client = client;
    this.#now = now;
    this.#rights = createShared<boolean>({ now, maxEntries: maxRights });
  }

  /** `open`: numbers of the pull requests that anything is told of. Never fails: then it tells what it knew. */
  async refresh(target: ForgeTarget, open: ReadonlySet<number>, signal: AbortSignal): Promise<CommentFacts> {
    // Only a login may ask for rights, and for an anonymous one every request counts.
    if (target.credentials === undefined) return { commentedAt: new Map(), commands: [] };
    const read = await this.#read(target, signal);
    this.#forget(open);
    const asked = [...this.#commands.values()].sort((a, b) => a.id - b.id);
    const commands: PreviewCommand[] = [];
    let refused: Failure | undefined;
    for (const command of asked) {
      // Who was not told of one asks for no other: a login that may not ask would do so for every comment.
      const right = refused === undefined ? await this.#right(target, command.author, signal) : undefined;
      if (right?.ok === false) refused = right.failure;
      const allowed = right?.ok === true ? (right.value ? 'yes' : 'no') : 'unknown';
      commands.push({ ...command, allowed });
    }
    const failure = read.ok ? refused : read.failure;
    const told = failure === undefined ? {} : { commandsFailure: failure };
    return { commentedAt: new Map(this.#commentedAt), commands, ...told };
  }

  async #read(target: ForgeTarget, signal: AbortSignal): Promise<Result<void>> {
    let [etag, newest] = [this.#etag, this.#newest];
    for (let page = 1; page <= maxPages; page++) {
      const answer = await this.#client.call(target, {
        route: 'GET /repos/{owner}/{repo}/issues/comments',
        params: { sort: 'updated', direction: 'desc', per_page: perPage, page },
        purpose: 'ask',
        etag: page === 1 ? this.#etag : undefined,
        signal,
      });
      if (!answer.ok) return answer;
      if (answer.value.unchanged) return ok(undefined);
      const comments = readComments(answer.value.data);
      if (!comments.ok) return comments;
      for (const comment of comments.value) this.#take(comment);
      if (page === 1) [etag, newest] = [answer.value.etag, comments.value[0]?.updatedAt ?? newest];
      const last = comments.value.at(-1);
      // The first look takes the newest page only: what came before is history.
      if (this.#newest === '' || last === undefined || last.updatedAt < this.#newest || comments.value.length < perPage)
        break;
    }
    [this.#etag, this.#newest] = [etag, newest];
    return ok(undefined);
  }

  /** What programs write is no sign that somebody uses the preview, and they command nothing. */
  #take({ id, body, author, bot, number, createdAt }: ReadComment): void {
    if (bot || body.includes('<!-- alustan:')) return;
    if (createdAt > (this.#commentedAt.get(number) ?? '')) this.#commentedAt.set(number, createdAt);
    const verb: PreviewVerb | undefined = parsePreviewCommand(body);
    if (verb === undefined) this.#commands.delete(id);
    else this.#commands.set(id, { id, pullRequest: number, verb, author, at: createdAt });
  }

  #forget(open: ReadonlySet<number>): void {
    const oldest = new Date(this.#now() - rememberMs).toISOString();
    for (const number of this.#commentedAt.keys()) if (!open.has(number)) this.#commentedAt.delete(number);
    for (const [id, { pullRequest, at }] of this.#commands) {
      if (!open.has(pullRequest) || at < oldest) this.#commands.delete(id);
    }
  }

  #right(target: ForgeTarget, username: string, signal: AbortSignal): Promise<Result<boolean>> {
    return this.#rights.get(username, rightsMs, signal, async (shared) => {
      const route = 'GET /repos/{owner}/{repo}/collaborators/{username}/permission';
      const asked = await this.#client.call(target, { route, params: { username }, purpose: 'ask', signal: shared });
      if (asked.ok && !asked.value.unchanged) return readPermission(asked.value.data);
      // GitHub says "not found" of an account that is gone, and of one that the login may not ask about.
      return asked.ok || asked.failure.reason === 'RepositoryNotFound' ? ok(false) : asked;
    });
  }
}
