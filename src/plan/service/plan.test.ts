import { expect } from 'vitest';
import { describeActions } from '../../../test/plan/describe-plan.ts';
import { eachCase, expectOutcome, expectParts, type OutcomeParts } from '../../../test/plan/golden.ts';
import { type Given, planCase } from '../../../test/plan/service.ts';

type Case = {
  case: string;
  given: Given;
  then: OutcomeParts & {
    not?: string | string[];
    actions?: string[];
    /** Parts of the Job's request. */
    job?: Record<string, unknown>;
    /** Parts of the report; `null`: absent. */
    report?: Record<string, unknown>;
  };
};

eachCase<Case>(new URL('./cases/', import.meta.url), ({ given, then: written }) => {
  const { plan, hash } = planCase(given);
  const then = JSON.parse(JSON.stringify(written).replaceAll('"$hash"', `"${hash}"`)) as Case['then'];
  expectOutcome(plan, then);
  for (const part of [then.not ?? []].flat()) expect(JSON.stringify(plan)).not.toContain(part);
  expect(describeActions(plan, hash)).toEqual(then.actions ?? []);
  if (then.job !== undefined) expect(jobOf(plan)).toMatchObject(then.job);
  expectParts(plan.report, then.report);
});

function jobOf(plan: ReturnType<typeof planCase>['plan']): unknown {
  const action = plan.groups.flatMap((group) => group.actions).find((item) => item.type === 'run-job');
  return action?.type === 'run-job' ? action.job : undefined;
}
