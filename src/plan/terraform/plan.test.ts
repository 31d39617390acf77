import { expect } from 'vitest';
import { describeActions } from '../../../test/plan/describe-plan.ts';
import { eachCase, expectOutcome, expectParts, type OutcomeParts } from '../../../test/plan/golden.ts';
import { fill, type Given, planCase } from '../../../test/plan/terraform.ts';
import type { Action, JobRequest } from '../../core/plan.ts';

type Case = {
  case: string;
  given: Given;
  then: OutcomeParts & {
    not?: string | string[];
    actions?: string[];
    /** Parts of the request for a Job. */
    job?: Record<string, unknown>;
    /** Parts of the patch of a cluster Secret. */
    patch?: Record<string, unknown>;
    /** Parts of the report; `null`: absent. */
    report?: Record<string, unknown>;
    /** Parts of the report where an action fails. */
    unsettled?: Record<string, unknown>;
  };
};

eachCase<Case>(new URL('./cases/', import.meta.url), ({ given, then: written }) => {
  const { plan, words } = planCase(given);
  const then = fill(written, words);
  expectOutcome(plan, then);
  for (const part of [then.not ?? []].flat()) expect(JSON.stringify(plan)).not.toContain(part);
  expect(describeActions(plan, words['$hash'])).toEqual(written.actions ?? []);
  if (then.job !== undefined) expect(jobOf(plan.groups)).toMatchObject(then.job);
  if (then.patch !== undefined) expect(find(plan.groups, 'patch-object')?.patch).toMatchObject(then.patch);
  if (then.unsettled !== undefined) expect(plan.unsettled).toMatchObject(then.unsettled);
  expectParts(plan.report, then.report);
});

type Groups = ReturnType<typeof planCase>['plan']['groups'];

function find<Type extends Action['type']>(groups: Groups, type: Type): Extract<Action, { type: Type }> | undefined {
  const found = groups.flatMap((group) => group.actions).find((action) => action.type === type);
  return found as Extract<Action, { type: Type }> | undefined;
}

function jobOf(groups: Groups): JobRequest | undefined {
  return find(groups, 'run-job')?.job;
}
