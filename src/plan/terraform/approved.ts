import type { RunRecord } from '../../api/terraform-status.ts';
import { sha256 } from '../../core/hash.ts';
import { type RunEnd, stalePlanCode } from '../../core/terraform-run.ts';
import { brief } from '../../core/text.ts';
import { tellFailure } from '../attempts.ts';
import { report } from '../draft.ts';
import type { Draft } from './draft.ts';
import { hashOf } from './image.ts';

/** Reason of a deploy that has found its plan stale or lost, and has changed nothing. */
export const staleReason = 'StalePlan';
/** Characters of a run's words that stay with the next plan. */
const wordsLimit = 220;

/** What a run of the plan script, and the approval of what it finds, are bound to. */
export function planPurpose(draft: Draft) {
  const { scripts } = draft.object.spec;
  const inputsHash = hashOf(draft, { deploy: draft.desired.inputsHash, plan: scripts.plan });
  return { purpose: 'plan', inputsHash } as const;
}

/** One for each run of the plan script: an approval is for one plan, and never for another of the same inputs. */
export function planHash({ object }: Pick<Draft, 'object'>, { name, startedAt, inputsHash }: RunRecord): string {
  return sha256(`${name} ${startedAt} ${object.metadata.uid} ${inputsHash}`).slice(0, 16);
}

/** Whether a deploy was of an approved plan, and not the deploy of one without any. */
function isUnderApproval({ report: { plan } }: Draft): boolean {
  return plan?.approvedAt !== undefined && plan.appliedAt === undefined && plan.spent === undefined;
}

/** The deploy has found that its plan is of another state than there is now. */
export function foundStale(draft: Draft, record: RunRecord, { exitCode }: RunEnd): boolean {
  return record.purpose === 'deploy' && exitCode === stalePlanCode && isUnderApproval(draft);
}

/**
 * After a deploy that failed once its script had begun, what was approved is not what would happen any more: another plan
 * is made, and asks again.
 */
export function spendApproval(draft: Draft, record: RunRecord, message: string): Draft {
  const { plan } = draft.report;
  if (plan === undefined || record.purpose !== 'deploy' || record.began !== true || !isUnderApproval(draft))
    return draft;
  const spent = record.reason === staleReason ? brief(message, wordsLimit) : tellFailure({ ...record, message });
  return report(draft, { plan: { ...plan, spent } });
}

/** The plan is done with: its deploy has succeeded, or there was nothing to deploy. */
export function notePlanApplied(draft: Draft, appliedAt: string): Draft {
  const { plan } = draft.report;
  return plan === undefined ? draft : report(draft, { plan: { ...plan, appliedAt } });
}
