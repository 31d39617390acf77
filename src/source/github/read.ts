import { z } from 'zod';
import type { PullRequest } from '../../core/pull-request.ts';
import { fail, ok, type Result } from '../../core/result.ts';

/** Of GitHub's answers, what is read. */
const pull = z.object({
  id: z.number(),
  number: z.number(),
  title: z.string(),
  state: z.enum(['open', 'closed']),
  draft: z.boolean().optional(),
  html_url: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
  closed_at: z.string().nullish(),
  merged_at: z.string().nullish(),
  author_association: z.string(),
  user: z.object({ login: z.string() }).nullish(),
  labels: z.array(z.object({ name: z.string() })),
  head: z.object({ ref: z.string(), sha: z.string(), repo: z.object({ id: z.number() }).nullish() }),
  base: z.object({ ref: z.string(), repo: z.object({ id: z.number(), full_name: z.string() }) }),
});

const comment = z.object({
  id: z.number(),
  body: z.string().nullish(),
  user: z.object({ login: z.string(), type: z.string() }).nullish(),
  created_at: z.string(),
  updated_at: z.string(),
  issue_url: z.string(),
});

/** A pull request with what only the source needs of it. */
export type ReadPull = Readonly<{ pullRequest: PullRequest; repository: string; closedAt: string }>;

export type ReadComment = Readonly<{
  id: number;
  body: string;
  author: string;
  bot: boolean;
  /** Of the issue or pull request. */
  number: number;
  createdAt: string;
  updatedAt: string;
}>;

/** Name that GitHub gives to accounts that are gone. */
const ghost = 'ghost';

export function readPull(data: unknown): Result<ReadPull> {
  const parsed = pull.safeParse(data);
  return parsed.success ? ok(toPull(parsed.data)) : unreadable('a pull request', parsed.error);
}

export function readPulls(data: unknown): Result<readonly ReadPull[]> {
  const parsed = z.array(pull).safeParse(data);
  return parsed.success ? ok(parsed.data.map(toPull)) : unreadable('a list of pull requests', parsed.error);
}

export function readComments(data: unknown): Result<readonly ReadComment[]> {
  const parsed = z.array(comment).safeParse(data);
  return parsed.success ? ok(parsed.data.map(toComment)) : unreadable('a list of comments', parsed.error);
}

/** Whether the user may write to the repository. */
export function readPermission(data: unknown): Result<boolean> {
  const parsed = z.object({ permission: z.string() }).safeParse(data);
  if (!parsed.success) return unreadable('a permission', parsed.error);
  return ok(parsed.data.permission === 'admin' || parsed.data.permission === 'write');
}

export function readFiles(data: unknown): Result<readonly string[]> {
  const parsed = z.array(z.object({ filename: z.string(), previous_filename: z.string().optional() })).safeParse(data);
  if (!parsed.success) return unreadable('a list of files', parsed.error);
  return ok(parsed.data.flatMap(({ filename, previous_filename: before }) => [filename, ...(before ? [before] : [])]));
}

export function unreadable(what: string, error: z.ZodError): Result<never> {
  const where = error.issues[0]?.path.join('.') ?? '';
  const message = `GitHub answered with something else than ${what} (at "${where}"); check the address of the API`;
  return fail('transient', 'NotGitHub', message);
}

function toPull(raw: z.infer<typeof pull>): ReadPull {
  const { head, base } = raw;
  const pullRequest: PullRequest = {
    id: raw.id,
    number: raw.number,
    title: raw.title,
    state: raw.state,
    url: raw.html_url,
    branch: head.ref,
    headSha: head.sha,
    base: base.ref,
    author: raw.user?.login ?? ghost,
    authorAssociation: raw.author_association as PullRequest['authorAssociation'],
    draft: raw.draft === true,
    fork: head.repo?.id !== base.repo.id,
    labels: raw.labels.map(({ name }) => name),
    merged: typeof raw.merged_at === 'string',
    createdAt: raw.created_at,
    updatedAt: raw.updated_at,
    activity: {},
  };
  return { pullRequest, repository: base.repo.full_name, closedAt: raw.closed_at ?? raw.updated_at };
}

function toComment(raw: z.infer<typeof comment>): ReadComment {
  return {
    id: raw.id,
    body: raw.body ?? '',
    createdAt: raw.created_at,
    updatedAt: raw.updated_at,
    author: raw.user?.login ?? ghost,
    bot: raw.user?.type === 'Bot',
    number: Number(/\/issues\/(\d+)$/.exec(raw.issue_url)?.[1] ?? 0),
  };
}
