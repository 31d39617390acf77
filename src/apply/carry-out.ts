import type { Action, FeedbackAction, Group } from '../core/plan.ts';
import type { KubeObject } from '../core/resource.ts';
import type { Failure } from '../core/result.ts';
import type { Applier } from './contract.ts';
import type { ObjectAction } from './objects.ts';

/** What came of it: the worst failure, and the objects as they are since. */
type Carried = Readonly<{ failure?: Failure; objects: readonly KubeObject[] }>;

/**
 * Carries out groups in order, the steps of one in parallel. After a group with a failure no later one runs, unless
 * that group says otherwise; the failure is reported all the same. Never rejects.
 */
export type CarryOut = (groups: readonly Group[], signal: AbortSignal) => Promise<Carried>;

export function carryOutWith(
  jobs: Applier<'run-job'>,
  objects: Applier<ObjectAction>,
  feedback: Applier<FeedbackAction['type']>,
): CarryOut {
  const apply = (action: Action, signal: AbortSignal) => {
    switch (action.type) {
      case 'run-job':
        return jobs.apply(action, signal);
      case 'comment-upsert':
      case 'commit-status':
      case 'deployment':
        return feedback.apply(action, signal);
      default:
        return objects.apply(action, signal);
    }
  };
  return async (groups, signal) => {
    const failures: Failure[] = [];
    const changed: KubeObject[] = [];
    for (const { actions, continueOnError = false } of groups) {
      const results = await Promise.all(actions.map((action) => apply(action, signal)));
      const failed = results.flatMap((result) => (result.ok ? [] : [result.failure]));
      changed.push(...results.flatMap((result) => (result.ok ? (result.value.object ?? []) : [])));
      failures.push(...failed);
      if (failed.length > 0 && !continueOnError) break;
    }
    const failure = worst(failures);
    return { objects: changed, ...(failure === undefined ? {} : { failure }) };
  };
}

/** What needs a person comes first; all messages are kept. */
function worst(failures: readonly Failure[]): Failure | undefined {
  const first = failures.find((failure) => failure.kind === 'invalid') ?? failures[0];
  if (first === undefined) return undefined;
  return { ...first, message: [...new Set(failures.map((failure) => failure.message))].join('; ') };
}
