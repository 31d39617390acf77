import type { Action, Group } from '../core/plan.ts';
import type { Failure } from '../core/result.ts';
import type { JobApplier } from './job.ts';
import type { ObjectApplier } from './objects.ts';

/** Carries out groups in order, the steps of one in parallel; stops after the first group with a failure. */
export type CarryOut = (groups: readonly Group[], signal: AbortSignal) => Promise<Failure | undefined>;

export function carryOutWith(jobs: JobApplier, objects: ObjectApplier): CarryOut {
  const apply = (action: Action, signal: AbortSignal) =>
    action.type === 'run-job' ? jobs.apply(action, signal) : objects.apply(action, signal);
  return async (groups, signal) => {
    for (const group of groups) {
      const results = await Promise.all(group.actions.map((action) => apply(action, signal)));
      const failed = results.flatMap((result) => (result.ok ? [] : [result.failure]));
      if (failed.length > 0) return worst(failed);
    }
    return undefined;
  };
}

/** What needs a person comes first; all messages are kept. */
function worst(failures: readonly Failure[]): Failure {
  const first = failures.find((failure) => failure.kind === 'invalid') ?? failures[0];
  if (first === undefined) throw new Error('no failure to choose from');
  return { ...first, message: [...new Set(failures.map((failure) => failure.message))].join('; ') };
}
