import type { Context, Observed } from '../core/observed.ts';
import type { Result } from '../core/result.ts';

export type { Context, Observed } from '../core/observed.ts';

/**
 * Reads one kind of thing of the outside world. Every implementation keeps to this (`test/support/source-contract.ts` checks it):
 * a failure is a value and never thrown; an abort ends it soon, as a failure with reason `Aborted`; nothing waits
 * without a limit; what has not changed since `seen` costs no download; messages hold no credentials.
 */
export interface Source<Ref, Fact> {
  observe(ref: Ref, seen: string | undefined, context: Context): Promise<Result<Observed<Fact>>>;
}
