import type { CommitStatus, ForgeWriter } from '../../core/forge-writer.ts';
import type { ForgeTarget } from '../../core/pull-request.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Settled } from './outbox.ts';

/** Sets a status of a commit, unless its newest of that name says so already. */
export async function settleStatus(
  writer: ForgeWriter,
  target: ForgeTarget,
  sha: string,
  status: CommitStatus,
  signal: AbortSignal,
): Promise<Result<Settled>> {
  const there = await writer.statuses(target, sha, signal);
  if (!there.ok) return there;
  const newest = there.value.find(({ context }) => context === status.context);
  const { state, description, targetUrl = '' } = status;
  if (newest?.state === state && newest.description === description && (newest.targetUrl ?? '') === targetUrl) {
    return ok('same');
  }
  const made = await writer.createStatus(target, sha, status, signal);
  return made.ok ? ok('written') : made;
}
