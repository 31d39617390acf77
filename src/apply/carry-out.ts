import type { Action, Group } from '../core/plan.ts';
import type { Failure } from '../core/result.ts';
import type { JobApplier } from './job.ts';
import type { ObjectApplier } from './objects.ts';

/**
 * Carries out groups in order, the steps of one in parallel. After a group with a failure no later one runs, unless
 * that group says otherwise; the failure is reported all the same.
 */
export type CarryOut = (groups: readonly Group[], signal: AbortSignal) => Promise<Failure | undefined>;

export function carryOutWith(jobs: JobApplier, objects: ObjectApplier): CarryOut {
  const apply = (action: Action, signal: AbortSignal) =>
    action.type === 'run-job' ? jobs.apply(action, signal) : objects.apply(action, signal);
  return async (groups, signal) => {
    const failures: Failure[] = [];
    for (const { actions, continueOnError = false } of groups) {
      const results = await Promise.all(actions.map((action) => apply(action, signal)));
      const failed = results.flatMap((result) => (result.ok ? [] : [result.failure]));
      failures.push(...failed);
      if (failed.length > 0 && !continueOnError) break;
    }
    return worst(failures);
  };
}

/** What needs a person comes first; all messages are kept. */
function worst(failures: readonly Failure[]): Failure | undefined {
  const first = failures.find((failure) => failure.kind === 'invalid') ?? failures[0];
  if (first === undefined) return undefined;
  return { ...first, message: [...new Set(failures.map((failure) => failure.message))].join('; ') };
}
