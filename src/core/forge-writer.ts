import type { CommitState, DeploymentState, ForgeTarget } from './pull-request.ts';
import type { Result } from './result.ts';

export type ForgeComment = Readonly<{ id: number; author: string; body: string }>;

export type CommitStatus = Readonly<{ context: string; state: CommitState; description: string; targetUrl?: string }>;

export type DeploymentStatus = Readonly<{ state: DeploymentState; description: string; environmentUrl?: string }>;

/**
 * What a forge lets be said on a pull request. A failure is a value; nothing is retried or delayed here. A failure with
 * reason `Gone` says that what was to be edited is no longer there.
 */
export interface ForgeWriter {
  /** Name under which this login writes; undefined: it is anonymous, and may write nothing. */
  viewer(target: ForgeTarget, signal: AbortSignal): Promise<Result<string | undefined>>;
  /** All comments, the oldest first. */
  comments(target: ForgeTarget, pull: number, signal: AbortSignal): Promise<Result<readonly ForgeComment[]>>;
  createComment(target: ForgeTarget, pull: number, body: string, signal: AbortSignal): Promise<Result<ForgeComment>>;
  editComment(target: ForgeTarget, id: number, body: string, signal: AbortSignal): Promise<Result<ForgeComment>>;
  /** Of a commit, the newest first. */
  statuses(target: ForgeTarget, sha: string, signal: AbortSignal): Promise<Result<readonly CommitStatus[]>>;
  createStatus(target: ForgeTarget, sha: string, status: CommitStatus, signal: AbortSignal): Promise<Result<void>>;
  /** Id of the newest deployment of the commit to the environment. */
  deployment(
    target: ForgeTarget,
    asked: Readonly<{ sha: string; environment: string }>,
    signal: AbortSignal,
  ): Promise<Result<number | undefined>>;
  createDeployment(
    target: ForgeTarget,
    wanted: Readonly<{ sha: string; environment: string; description: string }>,
    signal: AbortSignal,
  ): Promise<Result<number>>;
  deploymentStatus(target: ForgeTarget, id: number, signal: AbortSignal): Promise<Result<DeploymentStatus | undefined>>;
  setDeploymentStatus(
    target: ForgeTarget,
    id: number,
    status: DeploymentStatus,
    signal: AbortSignal,
  ): Promise<Result<void>>;
}
