import { brief } from '../core/text.ts';

/** What a record of a Job keeps of interruptions. */
export type Interrupted = Readonly<{
  phase?: 'succeeded' | 'failed' | undefined;
  failures?: number | undefined;
  message?: string | undefined;
  /** Jobs in a row of the same inputs whose runner was interrupted. */
  interruptions?: number | undefined;
  /** Why the runner before this one was interrupted. */
  interruption?: string | undefined;
}>;

/** How a Job has ended; `interrupted` when its runner was stopped from outside. */
type Job = Readonly<{ phase: 'active' | 'succeeded' | 'failed'; interrupted?: true }>;

/** Interruptions in a row that are no failures: a runner that never gets to its end must not be started for ever. */
const limit = 5;
/** Characters of a runner's words that a message quotes. */
const wordsLimit = 220;

/** Reason of a Job that runs because the one before it was interrupted. */
export const interruptedReason = 'RunnerInterrupted';

/** How many failures and interruptions in a row there are with this Job's end. */
export function counted(record: Interrupted, job: Job): { failures: number; interruptions?: number } {
  if (job.phase !== 'failed') return { failures: 0 };
  const failures = record.failures ?? 0;
  if (job.interrupted !== true) return { failures: failures + 1, interruptions: 0 };
  const interruptions = (record.interruptions ?? 0) + 1;
  return { failures: interruptions > limit ? failures + 1 : failures, interruptions };
}

/** True of a failed Job that says nothing of what it delivers: the next one may run at once. */
export function wasInterrupted({ phase, interruptions = 0 }: Interrupted): boolean {
  return phase === 'failed' && interruptions > 0 && interruptions <= limit;
}

/** What the record of the next Job says of the interrupted one before it. */
export function afterInterruption(last: Interrupted): { interruptions?: number; interruption?: string } {
  const { interruptions = 0 } = last;
  if (interruptions === 0) return {};
  return wasInterrupted(last)
    ? { interruptions, interruption: last.message ?? 'it left no message' }
    : { interruptions };
}

/** For people, behind what the Job does. Empty for a Job that follows no interruption. */
export function tellInterruption({ interruption }: Interrupted): string {
  if (interruption === undefined) return '';
  return ` (the runner before it was interrupted: ${brief(interruption, wordsLimit)}; trying again)`;
}
