import type { Failure } from '../core/result.ts';
import { type BaseDraft, wait } from './draft.ts';

/** E33: all that is done for an object is done as its ServiceAccount, which must be there. */
export function awaitAccount<Draft extends BaseDraft & Readonly<{ facts: Readonly<{ noAccount?: Failure }> }>>(
  draft: Draft,
): Draft {
  const { noAccount } = draft.facts;
  if (noAccount === undefined) return draft;
  const { kind, reason, message, retryAfterMs } = noAccount;
  return kind === 'waiting' ? wait(draft, kind, reason, message, retryAfterMs) : { ...draft, outcome: noAccount };
}
