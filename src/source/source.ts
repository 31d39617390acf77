import type { Result } from '../core/result.ts';

/** What an observation brings with it. */
export type Context = Readonly<{
  signal: AbortSignal;
  /** Milliseconds; an answer of the other side that is not older may be used again. Absent: the source's own default. */
  maxAgeMs?: number;
}>;

/** `revision` names the state that was seen, and is what the next observation takes as `seen`. */
export type Observed<Fact> =
  | Readonly<{ changed: false; revision: string }>
  | Readonly<{ changed: true; revision: string; fact: Fact }>;

/**
 * Reads one kind of thing of the outside world. Every implementation keeps to this (`test/support/source-contract.ts` checks it):
 * a failure is a value and never thrown; an abort ends it soon, as a failure with reason `Aborted`; nothing waits
 * without a limit; what has not changed since `seen` costs no download; messages hold no credentials.
 */
export interface Source<Ref, Fact> {
  observe(ref: Ref, seen: string | undefined, context: Context): Promise<Result<Observed<Fact>>>;
}
