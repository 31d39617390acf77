import type { Context, Observed } from './observed.ts';
import type { Failure, Result } from './result.ts';

/** A repository at a forge. GitLab and Gitea are to follow as further providers. */
export type ForgeRepository = Readonly<{
  provider: 'github';
  /** Root of the REST API without a slash at its end: `https://api.github.com`, of an Enterprise server `https://HOST/api/v3`. */
  apiUrl: string;
  owner: string;
  repo: string;
}>;

/** Under what a repository's pull requests are rung: its address in the API. GitHub's names have no case. */
export function forgeBell({ apiUrl, owner, repo }: ForgeRepository): string {
  return `${apiUrl}/repos/${owner}/${repo}`.toLowerCase();
}

/** Where the login lies: a Secret of its own, never the registry's (E18). Plans and actions name it, and never hold it. */
export type CredentialsRef = Readonly<{ namespace: string; secret: string }>;

/** The login itself. `id` changes when the login does, and tells nothing of it. */
export type ForgeCredentials = Readonly<{ id: string }> &
  (
    | Readonly<{ type: 'token'; token: string }>
    /** A GitHub App; without `installationId` the one that the repository has. `privateKey` is PEM. */
    | Readonly<{ type: 'app'; appId: string; privateKey: string; installationId?: number }>
  );

/** What is asked, and as whom; without credentials anonymously, at a lower limit (E18). */
export type ForgeTarget = Readonly<{ repository: ForgeRepository; credentials?: ForgeCredentials }>;

/** GitHub's words for what an author is to a repository. */
type AuthorAssociation =
  | 'COLLABORATOR'
  | 'CONTRIBUTOR'
  | 'FIRST_TIMER'
  | 'FIRST_TIME_CONTRIBUTOR'
  | 'MANNEQUIN'
  | 'MEMBER'
  | 'NONE'
  | 'OWNER';

/** A pull request as its forge tells it. Texts are as people wrote them: raw, long, in any script. Times are RFC 3339. */
export type PullRequest = Readonly<{
  /** Unique at the forge, and kept when the repository is renamed or transferred; `number` is neither. */
  id: number;
  number: number;
  title: string;
  /** Of the head, raw: `feature/Über`. */
  branch: string;
  headSha: string;
  /** Branch that it is to be merged into. */
  base: string;
  author: string;
  authorAssociation: AuthorAssociation;
  draft: boolean;
  /** The head lies in another repository, or in one that is gone. */
  fork: boolean;
  labels: readonly string[];
  state: 'open' | 'closed';
  merged: boolean;
  /** Page for people. */
  url: string;
  createdAt: string;
  updatedAt: string;
  activity: Activity;
}>;

/**
 * What people last did, as far as this process saw it happen: absent says nothing, so a plan keeps the latest in its
 * status. `updatedAt` is no substitute: it moves with our own comments, too.
 */
type Activity = Readonly<{ pushedAt?: string; labelledAt?: string; commentedAt?: string }>;

/** What a known pull request has come to. Only `closed` and `unlabelled` are positive answers that may remove anything. */
export type Fate =
  | Readonly<{ state: 'open'; pullRequest: PullRequest }>
  | Readonly<{ state: 'unlabelled'; pullRequest: PullRequest }>
  | Readonly<{ state: 'closed'; merged: boolean; at: string }>
  /** Not answered, not found, or another one of the same number. */
  | Readonly<{ state: 'unknown'; failure: Failure }>;

/** What `/preview …` in a comment asks for. */
export type PreviewVerb = 'start' | 'stop' | 'wake' | 'restart';

export type PreviewCommand = Readonly<{
  /** Of the comment; later ones are greater. A plan remembers the last one that it acted on. */
  id: number;
  pullRequest: number;
  verb: PreviewVerb;
  author: string;
  at: string;
  /** Whether the author may write to the repository; `unknown` (nobody answered) is not `yes`, and is asked again. */
  allowed: 'yes' | 'no' | 'unknown';
}>;

/** Everything that a plan gets to know of the pull requests of one repository. */
export type PullRequestFacts = Readonly<{
  /** Those open at the last good answer, whatever their labels; undefined: there was none yet. */
  open: readonly PullRequest[] | undefined;
  /** Why the newest look failed. `open` is then older than it should be, and says nothing of what is missing in it. */
  failure?: Failure;
  /** Of those that were asked for by number: a known one that `open` does not have, or has without the label. */
  fates: Readonly<Record<number, Fate>>;
  /** In the order in which they were written; those of the last day, also those already acted on. */
  commands: readonly PreviewCommand[];
  /** Why comments, or their authors' rights, could not be read; the commands are then those of before, or `unknown`. */
  commandsFailure?: Failure;
  /** `owner/repo`, when the repository is no longer named as it was asked for: it answers still, until another takes the name. */
  renamedTo?: string;
}>;

/** A pull request that a status remembers. */
export type KnownPullRequest = Readonly<{ number: number; id: number }>;

/**
 * Reads pull requests. As every source: a failure is a value, an abort ends it soon, nothing waits without a limit,
 * messages hold no credentials. What many ask at a time is asked once.
 */
export interface PullRequests {
  /** All that are open, and the comments' commands. Unchanged since `seen`: nothing is downloaded. */
  list(target: ForgeTarget, seen: string | undefined, context: Context): Promise<Result<Observed<PullRequestList>>>;
  get(target: ForgeTarget, number: number, context: Context): Promise<Result<PullRequest>>;
  /** Paths that it changes, at its head commit `headSha`; of a renamed file both. */
  changedFiles(
    target: ForgeTarget,
    asked: Readonly<{ number: number; headSha: string }>,
    context: Context,
  ): Promise<Result<readonly string[]>>;
  /**
   * The facts for a plan: the list, and the fates of known pull requests that it does not have with `label`. Never
   * fails: what could not be learned is said in the facts.
   */
  gather(
    target: ForgeTarget,
    asked: Readonly<{ label: string; known: readonly KnownPullRequest[] }>,
    context: Context,
  ): Promise<PullRequestFacts>;
}

export type PullRequestList = Readonly<{
  open: readonly PullRequest[];
  commands: readonly PreviewCommand[];
  commandsFailure?: Failure;
  renamedTo?: string;
}>;

/** State of a delivery, in the words of a commit status. */
export type CommitState = 'pending' | 'success' | 'failure' | 'error';

/** State of a Deployment at the forge; `inactive`: it is gone, or sleeps. */
export type DeploymentState = 'queued' | 'in_progress' | 'success' | 'failure' | 'error' | 'inactive';
