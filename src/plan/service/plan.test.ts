import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { describeActions } from '../../../test/plan/describe-plan.ts';
import { type Given, planCase } from '../../../test/plan/service.ts';

type Case = {
  case: string;
  given: Given;
  then: {
    outcome: string;
    message?: string | string[];
    not?: string | string[];
    actions?: string[];
    /** Parts of the Job's request. */
    job?: Record<string, unknown>;
    /** Parts of the report; `null`: absent. */
    report?: Record<string, unknown>;
    /** Milliseconds. */
    again?: number;
  };
};

const folder = new URL('./cases/', import.meta.url);

describe.each(readdirSync(folder).sort())('%s', (file) => {
  const documents = parseAllDocuments(readFileSync(new URL(file, folder), 'utf8'));
  const cases = documents.map((document) => document.toJS() as Case);

  it.each(cases.map((item) => [item.case, item] as const))('%s', (_, { given, then: written }) => {
    const { plan, hash } = planCase(given);
    const then = JSON.parse(JSON.stringify(written).replaceAll('"$hash"', `"${hash}"`)) as Case['then'];
    expect(`${plan.outcome.kind} ${plan.outcome.reason}`, plan.outcome.message).toBe(then.outcome);
    for (const part of [then.message ?? []].flat()) expect(plan.outcome.message).toContain(part);
    for (const part of [then.not ?? []].flat()) expect(JSON.stringify(plan)).not.toContain(part);
    expect(describeActions(plan, hash)).toEqual(then.actions ?? []);
    if (then.again !== undefined) expect(plan.outcome.retryAfterMs).toBe(then.again);
    if (then.job !== undefined) expect(jobOf(plan)).toMatchObject(then.job);
    for (const [key, value] of Object.entries(then.report ?? {})) {
      const found = (plan.report as Record<string, unknown>)[key];
      if (value === null) expect(found, key).toBeUndefined();
      else expect({ [key]: found }).toMatchObject({ [key]: value });
    }
  });
});

function jobOf(plan: ReturnType<typeof planCase>['plan']): unknown {
  const action = plan.groups.flatMap((group) => group.actions).find((item) => item.type === 'run-job');
  return action?.type === 'run-job' ? action.job : undefined;
}
